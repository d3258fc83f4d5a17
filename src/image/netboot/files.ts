import { initramfsName, kernelName } from "../../roles/asset-names.ts";
import type { ClusterNode } from "../../roles/model.ts";
import type { Arch } from "../../talos/arch.ts";

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
  ...groups(request),
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

const profileId = ({ role, arch }: NetbootRequest): string => `${role}-${arch}`;

/** Format: matchbox 0.10 and later, "Profiles"; `-assets-path` is the folder of all assets. */
function profile({ role, arch, version, cmdline }: NetbootRequest): object {
  const initramfs = initramfsName(arch);
  return {
    id: `${role}-${arch}`,
    name: `Talos ${version}, role ${role}, ${arch}`,
    boot: {
      kernel: `/assets/${role}/${kernelName(arch)}`,
      initrd: [`/assets/${role}/${initramfs}`],
      args: [`initrd=${initramfs}`, ...cmdline.split(" ")],
    },
  };
}

/** A machine that nothing recognises gets no group: one without a selector would take every other machine too. */
const groups = (request: NetbootRequest): NetbootFile[] =>
  request.nodes
    .map(({ name, mac, serial, uuid }) => ({ name, selector: selectorOf({ mac, serial, uuid }) }))
    .filter(({ selector }) => Object.keys(selector).length > 0)
    .map(({ name, selector }) => ({
      path: `matchbox/groups/${name}.json`,
      text: json({ id: name, name: `Node ${name}`, profile: profileId(request), selector }),
    }));

/** matchbox compares text: MAC addresses and UUIDs in lower case, as iPXE sends them. */
function selectorOf({ mac, serial, uuid }: Record<"mac" | "serial" | "uuid", string | undefined>): object {
  return {
    ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
    ...(serial === undefined ? {} : { serial }),
    ...(uuid === undefined ? {} : { uuid: uuid.toLowerCase() }),
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
