import { isRolesError } from "../errors.ts";
import { type Emit, silent } from "../events.ts";
import type { ImageSource } from "../oci/source.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import { contractsFromRegistry } from "./contracts-from-registry.ts";
import { extensionKey } from "./extension-name.ts";
import { fallbackContract } from "./fallback-contracts.ts";
import type { Lock } from "./lock-model.ts";

export interface ContractsFor {
  /** By the name as it was asked for. */
  contracts: Record<string, Contract>;
  /** Where they come from; "table" means the fallback table of official extensions, which must be said wherever it is shown. */
  source: "lock" | "registry" | "table";
  /** Names about which nothing is known: neither in the source nor in the table. */
  unknown: string[];
}

export interface ContractSources {
  /** Used where it was made for this Talos version and has every name. */
  lock?: Lock;
  /** Whose images count; default: the first that the lock has, else arm64. */
  arch?: Arch;
  /**
   * Asked before the table: for a caller whose user named a registry or a mirror, or otherwise meant the network to be used. `cacheDir` keeps
   * what was read; `emit` tells when it could not be reached and the table stands in.
   */
  registry?: { client: ImageSource; cacheDir?: string; emit?: Emit; signal?: AbortSignal };
}

/**
 * The contracts of extensions, from the best source at hand: the lock, else the registry where one is given and can be reached, else the table
 * of official extensions. Errors: REFERENCE_INVALID; with a registry also EXTENSION_INVALID, PLATFORM_MISSING, DIGEST_MISMATCH, REGISTRY_DENIED.
 */
export async function contractsFor(
  names: readonly string[],
  talosVersion: string,
  { lock, arch, registry }: ContractSources,
): Promise<ContractsFor> {
  const locked = lock?.talos === talosVersion ? fromLock(names, lock, arch) : undefined;
  if (locked) return locked;
  const read =
    registry && (await fromRegistry(names, talosVersion, { arch: arch ?? archOf(lock), ...registry }));
  return read ?? fromTable(names, talosVersion);
}

const archOf = (lock: Lock | undefined): Arch =>
  (Object.keys(lock?.architectures ?? {}).sort() as Arch[])[0] ?? "arm64";

/** Undefined where the registry cannot say: the table is better than nothing, and it is said to be the source. */
async function fromRegistry(
  names: readonly string[],
  talos: string,
  { emit = silent, ...registry }: NonNullable<ContractSources["registry"]> & { arch: Arch },
): Promise<ContractsFor | undefined> {
  try {
    const found = [...(await contractsFromRegistry(names, { ...registry, talos }))];
    const known = found.filter((entry): entry is [string, Contract] => entry[1] !== undefined);
    const unknown = found.filter(([, contract]) => !contract).map(([name]) => name);
    return { contracts: Object.fromEntries(known), source: "registry", unknown };
  } catch (error) {
    if (!isRolesError(error, "REGISTRY_UNREACHABLE", "REGISTRY_NOT_FOUND")) throw error;
    const text = `${error.message}; the table of official extensions stands in`;
    emit({ type: "note", level: "warning", text });
    return undefined;
  }
}

function fromLock(names: readonly string[], lock: Lock, arch: Arch | undefined): ContractsFor | undefined {
  const extensions = lock.architectures[arch ?? archOf(lock)]?.extensions ?? {};
  const entries = names.map((name) => [name, extensions[extensionKey(name)]?.contract] as const);
  if (entries.some(([, contract]) => !contract)) return undefined;
  return { contracts: Object.fromEntries(entries) as Record<string, Contract>, source: "lock", unknown: [] };
}

function fromTable(names: readonly string[], talosVersion: string): ContractsFor {
  const entries = names.map((name) => [name, fallbackContract(extensionKey(name), talosVersion)] as const);
  return {
    contracts: Object.fromEntries(entries.filter(([, contract]) => contract)) as Record<string, Contract>,
    source: "table",
    unknown: entries.filter(([, contract]) => !contract).map(([name]) => name),
  };
}
