import { schematicId } from "../catalog/schematic/id.ts";

/** Lists that are in use in public repositories, in the order in which they were given: the order is part of the id (real-configs §10). */
const listsInUse: readonly string[] = [
  "",
  "iscsi-tools qemu-guest-agent util-linux-tools",
  "i915 intel-ucode iscsi-tools util-linux-tools",
  "i915-ucode intel-ucode iscsi-tools thunderbolt util-linux-tools",
  "amd-ucode iscsi-tools nonfree-kmod-nvidia-production nvidia-container-toolkit-production tailscale",
  "i915 nut-client btrfs iscsi-tools util-linux-tools",
  "drbd spin zfs",
  "drbd zfs spin",
  "drbd zfs spin tailscale",
  "drbd spin tailscale zfs",
];

/** Names that schematics are mostly made of; every sorted set of up to three of them is recognised. */
const commonNames: readonly string[] = (
  "amd-ucode amdgpu binfmt-misc bnx2-bnx2x btrfs cloudflared crun drbd fuse3 gvisor i915 i915-ucode intel-ice-firmware intel-ucode " +
  "iscsi-tools kata-containers lldpd mdadm mei netbird nfs-utils nfsd nfsrahead nonfree-kmod-nvidia-lts nonfree-kmod-nvidia-production " +
  "nut-client nvidia-container-toolkit-lts nvidia-container-toolkit-production nvme-cli qemu-guest-agent qlogic-firmware " +
  "realtek-firmware spin tailscale thunderbolt util-linux-tools vmtoolsd-guest-agent xe zfs"
).split(" ");

const idOf = (names: readonly string[]): string =>
  schematicId(names.length === 0 ? {} : { officialExtensions: names.map((name) => `siderolabs/${name}`) });

let known: Map<string, readonly string[]> | undefined;

/**
 * The extensions of an Image Factory id, without the factory: by recomputing the ids of lists that people use. Undefined for any other
 * id. Ids with kernel arguments or overlays are not among them.
 */
export function extensionsOfId(id: string): readonly string[] | undefined {
  known ??= new Map(
    [...listsInUse.map((list) => (list === "" ? [] : list.split(" "))), ...smallSets()].map((names) => [
      idOf(names),
      names,
    ]),
  );
  return known.get(id);
}

function* smallSets(): Generator<string[]> {
  for (const [index, first] of commonNames.entries()) {
    yield [first];
    for (const [next, second] of commonNames.slice(index + 1).entries()) {
      yield [first, second];
      for (const third of commonNames.slice(index + next + 2)) yield [first, second, third];
    }
  }
}
