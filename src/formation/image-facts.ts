import { ownValue } from "../formats/own-value.ts";
import { contractsFor, type ContractSources } from "../catalog/contracts-for.ts";
import { extensionKey, isExtensionName } from "../catalog/extension-name.ts";
import type { Lock } from "../catalog/lock-model.ts";
import { defaults } from "../roles/defaults.ts";
import { defined } from "../roles/inherit.ts";
import type { ImageClues } from "../roles/import/repository.ts";
import type { Arch } from "../talos/arch.ts";
import { formationQuirks } from "../talos/quirks.ts";
import { listFromClues } from "./image-list.ts";
import type { ImageExtension, ImageFacts } from "./model.ts";

export interface ImageOptions {
  /** Names that the user gave: they come before everything. */
  extensions?: readonly string[];
  /** What was read from the image itself. */
  image?: ImageFacts;
  /** Talos version that the user gave: it comes before what a reference says. */
  talos?: string;
  /** Talos version where nothing else says it. */
  otherwise?: string;
  lock?: Lock;
  arch?: Arch;
  /** Names in `machine.install.extensions`: up to Talos 1.9 the installer adds them to the image. */
  installed?: readonly string[];
  /** Asked for contracts that the lock does not have. */
  registry?: ContractSources["registry"];
}

/** What is known about the image of a node: its extensions with their contracts, and where both come from. */
export async function imageFacts(clues: ImageClues, options: ImageOptions): Promise<ImageFacts> {
  const { names, drift, talos, ...list } = listFromClues(clues);
  const version = defined({ talos: options.talos ?? options.image?.talos ?? talos ?? options.otherwise });
  if (options.extensions) {
    return withContracts(options.extensions, { source: "as given with --extensions", ...version }, options);
  }
  if (options.image) return { ...options.image, ...version };
  const facts = { ...list, ...version, ...defined({ drift }) };
  if (!names) return { ...facts, extensions: undefined, faults: [] };
  const { installed = [] } = options;
  if (installed.length === 0 || !formationQuirks(version.talos)?.installExtensions)
    return withContracts(names, facts, options);
  const source = `${facts.source}, and machine.install.extensions`;
  return withContracts([...names, ...installed], { ...facts, source }, options);
}

/** The facts of a list of names. Where no Talos version is known, contracts are those of the default one. */
export async function withContracts(
  names: readonly string[],
  facts: Pick<ImageFacts, "source" | "talos" | "drift">,
  { lock, arch, registry }: Pick<ImageOptions, "lock" | "arch" | "registry">,
): Promise<ImageFacts> {
  const sources = defined({ lock, arch, registry });
  const unique = [...new Set(names)];
  const talos = facts.talos ?? defaults.cluster.talos;
  const found = await contractsFor(unique.filter(isExtensionName), talos, sources);
  const extensions = unique.map((name): ImageExtension => {
    if (!isExtensionName(name)) return { name };
    const key = extensionKey(name);
    const locked = found.source === "lock" ? lockedOf(lock, arch)?.extensions[key] : undefined;
    return {
      name: locked?.name ?? key,
      ...defined({ version: locked?.version, contract: ownValue(found.contracts, name) }),
    };
  });
  const kernelRelease = found.source === "lock" ? lockedOf(lock, arch)?.kernelRelease : undefined;
  return { ...facts, extensions, contractSource: found.source, ...defined({ kernelRelease }), faults: [] };
}

const lockedOf = (lock: Lock | undefined, arch: Arch | undefined) =>
  arch === undefined ? undefined : lock?.architectures[arch];
