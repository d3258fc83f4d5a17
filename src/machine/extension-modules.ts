import { ownValue } from "../formats/own-value.ts";
import { moduleParameters, type ModuleToLoad } from "./modules.ts";

interface ExtensionModule extends ModuleToLoad {
  /** Loaded only where the extension's contract says that the image has it. */
  optional?: true;
}

const drbd: ModuleToLoad = { name: "drbd", parameters: moduleParameters["drbd"] ?? [] };
const plain = (...names: string[]): ExtensionModule[] => names.map((name) => ({ name }));
const nvidia = plain("nvidia", "nvidia_uvm", "nvidia_drm", "nvidia_modeset");
const multipath = plain("dm_multipath", "dm_round_robin");

/** Kernel modules that the README.md of each official extension tells people to load (github.com/siderolabs/extensions). */
const modulesByExtension: Readonly<Record<string, readonly ExtensionModule[]>> = {
  zfs: plain("zfs"),
  drbd: [drbd, { name: "drbd_transport_tcp", optional: true }],
  btrfs: plain("btrfs"),
  "multipath-tools": multipath,
  "trident-iscsi-tools": [...multipath, ...plain("iscsi_tcp")],
  cachefilesd: plain("cachefiles"),
  "binfmt-misc": plain("binfmt_misc"),
  gdrdrv: plain("gdrdrv"),
  hailort: plain("hailo_pci"),
  xdma: plain("xdma"),
  uinput: plain("uinput"),
  thunderbolt: plain("thunderbolt", "thunderbolt_net"),
  "v4l-uvc-drivers": plain("uvcvideo"),
  ...Object.fromEntries(
    ["nonfree-kmod-nvidia", "nvidia-open-gpu-kernel-modules"].flatMap((name) =>
      ["lts", "production"].map((branch) => [`${name}-${branch}`, nvidia]),
    ),
  ),
};

/** What CozyStack loads on every node (facts: cozystack-build §5.2, talm preset `cozystack`). */
export const cozystackModules: readonly ModuleToLoad[] = [
  { name: "openvswitch" },
  drbd,
  { name: "zfs" },
  { name: "spl" },
  { name: "vfio_pci" },
  { name: "vfio_iommu_type1" },
];

/** The modules to load for an extension; `has` tells whether the image carries one. */
export const extensionModules = (extension: string, has: (module: string) => boolean): ModuleToLoad[] =>
  (ownValue(modulesByExtension, extension) ?? [])
    .filter(({ name, optional }) => !optional || has(name))
    .map(({ optional: _optional, ...module }) => module);
