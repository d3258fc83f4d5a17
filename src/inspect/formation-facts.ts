import type { ImageExtension, ImageFacts } from "../formation/model.ts";
import { type Contract, emptyContract } from "../talos/contract.ts";
import type { ExtensionFault } from "../talos/extension-fault.ts";
import { plainVersion, quirksOf } from "../talos/quirks.ts";
import type { Inspection } from "./inspection.ts";
import { MODULES_DEP } from "./layers.ts";
import type { NoticeId } from "./notice.ts";

/** What an inspected image tells about whether its nodes form; `name` is how the user called it. */
export function formationFacts(inspection: Inspection, name: string): ImageFacts {
  const { kind, initramfs, talosVersion, arch, kernelRelease } = inspection;
  // Extensions are in an initramfs; an image of one extension alone says which it is.
  const tells = initramfs !== undefined || kind === "extension";
  return {
    extensions: tells ? extensionsOf(inspection) : undefined,
    source: tells ? `the image ${name}` : `there is no initramfs in ${name}`,
    contractSource: "image",
    ...(talosVersion !== null && plainVersion(talosVersion) ? { talos: withV(talosVersion) } : {}),
    ...(arch ? { arch } : {}),
    ...(kernelRelease === null ? {} : { kernelRelease }),
    faults: faultsOf(inspection),
  };
}

const withV = (version: string): string => (version.startsWith("v") ? version : `v${version}`);

/** Each layer's own contract where there are layers; else what belongs to an extension by its services. */
function extensionsOf({ initramfs, extensions, contract }: Inspection): ImageExtension[] {
  if (initramfs)
    return initramfs.layers
      .filter((layer) => layer.name !== MODULES_DEP)
      .map((layer) => ({ name: layer.name, version: layer.version, contract: layer.contract }));
  return extensions.map(({ name, version }) => ({
    name,
    version,
    contract: partOf(contract, name, extensions),
  }));
}

function partOf(contract: Contract, name: string, all: Inspection["extensions"]): Contract {
  if (all.length === 1) return contract;
  return { ...emptyContract(), services: contract.services.filter((one) => one.extension === name) };
}

/** Each notice by what it means for a node; one that is no error means nothing. */
const sortOfNotice: Record<NoticeId, ExtensionFault["sort"]> = {
  "arch-differs": "boot-files",
  "boot-files-missing": "boot-files",
  "rootfs-missing": "boot-files",
  "layer-invalid": "incompatible",
  "layer-missing": "incompatible",
  "kernel-release-differs": "module-list",
  "modules-dep-missing": "module-list",
  "modules-dep-shadowed": "module-list",
  "module-unlisted": "module-list",
  "arch-unknown": "image-doubt",
  "kernel-release-unknown": "image-doubt",
  "layer-unlisted": "image-doubt",
  "parent-missing": "image-doubt",
  "stand-in": "image-doubt",
  "version-differs": "image-doubt",
};

function faultsOf(inspection: Inspection): ExtensionFault[] {
  const { faults = [], notices, arch } = inspection;
  const noticed = notices
    .filter(({ severity }) => severity === "error")
    .map(({ id, text }): ExtensionFault => ({ sort: sortOfNotice[id], detail: text }));
  // A stand-in's kernel asks for no signature of Siderolabs', and without an architecture no program is of a wrong one.
  const isStandIn = notices.some(({ id }) => id === "stand-in");
  const own = faults.filter(
    ({ sort }) => (sort !== "module-signature" || !isStandIn) && (sort !== "binary-arch" || arch !== null),
  );
  return [...own, ...noticed, ...sizeFaults(inspection)];
}

const mebibyte = 2 ** 20;

/** Two systems must fit into the boot partition, so that an upgrade can go back (Talos imager quirks). */
function sizeFaults({ uki, kernel, initramfs, talosVersion }: Inspection): ExtensionFault[] {
  const system = uki?.bytes ?? (kernel?.bytes ?? 0) + (initramfs?.bytes ?? 0);
  const room = (quirksOf(talosVersion ?? "").bootMiB + 100) * mebibyte;
  if (2 * system <= room) return [];
  const text = (bytes: number) => `${Math.ceil(bytes / mebibyte)} MiB`;
  return [
    {
      sort: "image-size",
      detail: `two systems of ${text(system)} need more than the ${text(room)} of the boot partition`,
    },
  ];
}
