import { initramfsName, kernelName } from "../../roles/asset-names.ts";
import type { ClusterNode } from "../../roles/model.ts";
import type { Arch } from "../../talos/arch.ts";
import { groupsOf, profileId } from "./groups.ts";

export interface NetbootRequest {
  role: string;
  arch: Arch;
  /** Talos version. */
  version: string;
  /** Kernel command line. */
  cmdline: string;
  /** The role's nodes of this architecture. */
  nodes: readonly Pick<ClusterNode, "name" | "mac" | "serial" | "uuid">[];
}

export interface NetbootFile {
  /** Relative to the folder of all assets. */
  path: string;
  text: string;
}

/**
 * What starts a role's machines over the network, beside its kernel and initramfs: a script for iPXE, and a profile with one group for each
 * machine of the inventory that can be recognised, for matchbox. Paths are those of the build's own folder.
 */
export const netbootFiles = (request: NetbootRequest): NetbootFile[] => [
  { path: `${request.role}/${request.arch}.ipxe`, text: ipxeScript(request) },
  { path: `matchbox/profiles/${profileId(request)}.json`, text: json(profile(request)) },
  ...groupsOf(request).map(({ path, group }) => ({ path, text: json(group) })),
];

/** Format: iPXE's script language; paths without a host are below the script's own. */
function ipxeScript({ role, arch, version, cmdline }: NetbootRequest): string {
  const initramfs = initramfsName(arch);
  return [
    "#!ipxe",
    `# Role ${role} (${arch}), Talos ${version}`,
    "imgfree",
    `kernel ${kernelName(arch)} initrd=${initramfs} ${cmdline}`,
    `initrd ${initramfs}`,
    "boot",
    "",
  ].join("\n");
}

/** Format: matchbox 0.10 and later, "Profiles"; `-assets-path` is the folder of all assets. */
function profile({ role, arch, version, cmdline }: NetbootRequest): object {
  const initramfs = initramfsName(arch);
  return {
    id: profileId({ role, arch }),
    name: `Talos ${version}, role ${role}, ${arch}`,
    boot: {
      kernel: `/assets/${role}/${kernelName(arch)}`,
      initrd: [`/assets/${role}/${initramfs}`],
      args: [`initrd=${initramfs}`, ...cmdline.split(" ")],
    },
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
