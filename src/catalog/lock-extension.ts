import { RolesError } from "../errors.ts";
import { step } from "../events.ts";
import { parseReference } from "../oci/reference.ts";
import type { RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import type { ArchitectureTask } from "./lock-architecture.ts";
import { type ExtensionFacts, extensionFacts } from "./extension-facts.ts";
import { checkFits, usefulness } from "./extension-fits.ts";
import { extensionKey, parseExtensionName } from "./extension-name.ts";
import type { LockedExtension } from "./lock-model.ts";
import { findOfficial, type OfficialExtension } from "./official-list.ts";
import { type Pinned, pinImage, reopenPin, sameRequest } from "./pin.ts";

export interface ExtensionTask extends ArchitectureTask {
  key: string;
  arch: Arch;
  kernelRelease: string;
  /** The official extensions, asked for once and only if needed. */
  list: () => Promise<OfficialExtension[]>;
}

/** Pins one extension, reads its contract and checks that it fits Talos and its kernel. Errors: as `makeLock`. */
export async function lockExtension(task: ExtensionTask): Promise<LockedExtension> {
  const { key, arch, covered, options } = task;
  const place = placeOf(key, task.roles);
  const { locked, facts } = await step(
    options.emit,
    `extension-${key}-${arch}`,
    `${key} (${arch})`,
    async () => {
      const { pin, image } = await openExtension(task);
      const { facts, cached } = await extensionFacts(image, { arch, place, cacheDir: options.cacheDir });
      const { name, version } = facts.manifest;
      return {
        locked: { ...pin, name, version, contract: facts.contract },
        facts,
        bytes: pin.bytes,
        cached,
      };
    },
  );
  checkFits(facts, { ...task, talos: covered.talos, where: `${place}: extension ${key}` });
  warn(facts, task);
  return locked;
}

function warn({ contract }: ExtensionFacts, { key, arch, covered, options }: ExtensionTask): void {
  const reason = usefulness({ key, arch, talos: covered.talos, contract });
  if (reason === undefined) return;
  const roles = Object.keys(covered.roles).filter((name) => {
    const role = covered.roles[name];
    return role?.arch.includes(arch) === true && role.extensions.includes(key);
  });
  options.emit({ type: "note", level: "warning", text: `${key} in ${roles.join(", ")}: ${reason}` });
}

/** What the previous lock pinned, where it may stay; else what the name or the reference stands for now. */
async function openExtension({ key, arch, covered, roles, options, list }: ExtensionTask): Promise<Pinned> {
  const { client, previous, update = [] } = options;
  const name = parseExtensionName(key);
  const before = previous?.architectures[arch]?.extensions[key];
  const stays = update !== true && !update.includes(key);
  if ("reference" in name) {
    const wanted = parseReference(name.reference);
    return stays && sameRequest(before, wanted)
      ? reopenPin(client, before, arch)
      : pinImage(client, { reference: wanted, arch, before });
  }
  if (stays && before && previous?.talos === covered.talos) return reopenPin(client, before, arch);
  const where = placeOf(key, roles);
  const { reference } = findOfficial(await list(), name.official, { talos: covered.talos, where });
  return pinImage(client, { reference: parseReference(reference), arch, before });
}

/** Where the first role that has the extension stands: `roles.yaml:12:3`. */
function placeOf(key: string, { file, roles }: RolesFile): string {
  const role = roles.find(({ extensions }) => extensions.map(extensionKey).includes(key));
  if (!role) throw new RolesError("EXTENSION_UNKNOWN", `${file}: no role has the extension ${key}`);
  return `${file}:${role.position.line}:${role.position.column}: role ${role.name}`;
}
