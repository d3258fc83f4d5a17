import type { Platform } from "./model.ts";

/** What makes a path appear that an extension service waits for. */
export type Producer =
  | { by: "talos" }
  | { by: "module"; module: string; /** The hardware must be there too. */ hardware?: string }
  | { by: "platform"; platforms: readonly Platform[]; needs: string }
  | { by: "document"; kind: string; name: string }
  | { by: "unknown" };

interface PathRow {
  path: RegExp;
  producer: Producer;
  /** Where it is known from. */
  source: string;
}

const rows: readonly PathRow[] = [
  {
    path: /^\/system\/run\/machined\/machine\.sock$/,
    producer: { by: "talos" },
    source: "machined's own socket: talos-readiness §6",
  },
  {
    path: /^\/etc\/iscsi\/initiatorname\.iscsi$/,
    producer: { by: "talos" },
    source: "Talos writes it: real-configs §5",
  },
  {
    path: /^\/etc\/ssl\/certs$/,
    producer: { by: "talos" },
    source: "part of Talos' root file system: talos-readiness §5.1 mounts it",
  },
  { path: /^\/dev\/net\/tun$/, producer: { by: "talos" }, source: "TUN is built in: talos-readiness §6" },
  { path: /^\/dev\/zfs$/, producer: { by: "module", module: "zfs" }, source: "extensions storage/zfs" },
  {
    path: /^\/dev\/cachefiles$/,
    producer: { by: "module", module: "cachefiles" },
    source: "extensions storage/cachefilesd",
  },
  {
    path: /^\/etc\/cachefilesd\.conf$/,
    producer: { by: "document", kind: "EtcFileConfig", name: "cachefilesd.conf" },
    source: "extensions storage/cachefilesd",
  },
  {
    path: /^\/var\/mnt\/fscache$/,
    producer: { by: "document", kind: "UserVolumeConfig", name: "fscache" },
    source: "extensions storage/cachefilesd",
  },
  {
    path: /^\/sys\/bus\/pci\/drivers\/nvidia$/,
    producer: { by: "module", module: "nvidia", hardware: "an NVIDIA card" },
    source: "extensions nvidia-gpu",
  },
  {
    path: /^\/dev\/virtio-ports\//,
    producer: { by: "platform", platforms: ["kvm"], needs: "the hypervisor's guest agent channel" },
    source: "extensions guest-agents/qemu-guest-agent",
  },
  {
    path: /^\/dev\/vmbus\//,
    producer: { by: "platform", platforms: ["hyperv"], needs: "Hyper-V" },
    source: "extensions guest-agents/hyperv",
  },
];

/** What produces `path`; `unknown` where nothing is written down about it. */
export const producerOf = (path: string): Producer =>
  rows.find((row) => row.path.test(path))?.producer ?? { by: "unknown" };
