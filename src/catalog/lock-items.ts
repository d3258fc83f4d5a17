import type { Arch } from "../talos/arch.ts";
import type { Lock, PinnedImage } from "./lock-model.ts";

/** One part of a role's image. */
export interface Item {
  what: string;
  /** Shown to people. */
  version: string;
  /** Decides whether it is the same. */
  identity: string;
}

/** Everything that a role's image is made of on one architecture, in the order in which changes are shown. */
export function roleItems(lock: Lock, name: string, arch: Arch): Item[] {
  const role = lock.roles[name]?.[arch];
  const locked = lock.architectures[arch];
  if (!role || !locked) return [];
  const settings = role.schematic ?? "";
  return [
    image("base", locked.base),
    image("boot files", locked.bootFiles),
    { what: "kernel", version: locked.kernelRelease, identity: locked.kernelRelease },
    ...role.extensions.map((key) => {
      const { version = "", manifest = "" } = locked.extensions[key] ?? {};
      return { what: key, version, identity: manifest };
    }),
    { what: "schematic", version: settings.slice(0, 12) || "unknown", identity: settings },
    // Changes with any of the above and with what roles.yaml says of kernel arguments, META, embedded config.
    { what: "inputs", version: role.inputsKey.slice(0, 12), identity: role.inputsKey },
  ];
}

const image = (what: string, { repository, tag, manifest }: PinnedImage): Item => ({
  what,
  version: `${repository.split("/").at(-1)}:${tag}`,
  identity: manifest,
});
