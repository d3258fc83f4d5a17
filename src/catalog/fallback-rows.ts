import { type FallbackRow, all } from "./fallback-row.ts";
import { serviceRows } from "./fallback-services.ts";

const parts = (extension: string, criParts: string[], talos = all): FallbackRow => ({
  extension,
  talos,
  source: `container-runtime/${extension}/pkg.yaml`,
  criParts,
});

const runtimes: FallbackRow[] = [
  parts("spin", ["10-spin.part"]),
  parts("crun", ["10-crun.part"]),
  parts("wasmedge", ["10-wasm.part"]),
  parts("youki", ["10-youki.part"], ">=1.10.0 <1.15.0"),
  parts("gvisor", ["10-gvisor-kvm.part", "10-gvisor.part"]),
  parts("gvisor-debug", ["11-gvisor-debug.part"]),
  parts("kata-containers", ["10-kata-containers.part"], ">=1.9.0 <1.14.0"),
  parts("kata-containers", ["10-kata-containers.part", "11-kata-qemu.part"], ">=1.14.0 <1.15.0"),
];

/** Modules as the extensions' READMEs tell users to load them; each image may have more. */
const modules: FallbackRow[] = [
  {
    extension: "drbd",
    talos: all,
    source: "storage/drbd/pkg.yaml",
    modules: { drbd: [], drbd_transport_tcp: ["drbd"] },
  },
  { extension: "btrfs", talos: all, source: "storage/btrfs/README.md", modules: { btrfs: [] } },
  {
    extension: "binfmt-misc",
    talos: all,
    source: "misc/binfmt-misc/README.md",
    modules: { binfmt_misc: [] },
  },
  {
    extension: "thunderbolt",
    talos: all,
    source: "drivers/thunderbolt/README.md",
    modules: { thunderbolt: [], thunderbolt_net: ["thunderbolt"] },
  },
  { extension: "uinput", talos: all, source: "drivers/uinput/README.md", modules: { uinput: [] } },
  {
    extension: "v4l-uvc-drivers",
    talos: all,
    source: "drivers/v4l-uvc/README.md",
    modules: { uvcvideo: [] },
  },
];

/** Nothing in the image for the other architecture: its build file is gated on `.ARCH`. */
const gated = (source: string, missing: "amd64" | "arm64", talos = all): FallbackRow => ({
  extension: source.split("/").at(-1) ?? "",
  talos,
  source: `${source}/pkg.yaml`,
  emptyOn: [missing],
});

const oneArchitecture: FallbackRow[] = [
  gated("drm/amdgpu", "arm64"),
  gated("drm/i915", "arm64"),
  gated("drivers/mei", "arm64"),
  gated("drm/xe", "arm64", ">=1.12.0 <1.15.0"),
  gated("drm/intel-npu", "arm64", ">=1.13.0 <1.15.0"),
  gated("dvb/dvb-cx23885", "arm64"),
  gated("dvb/dvb-m88ds3103", "arm64", ">=1.11.0 <1.15.0"),
  gated("drm/panfrost", "amd64", ">=1.10.0 <1.15.0"),
  gated("drm/vc4", "amd64", ">=1.10.0 <1.15.0"),
  gated("drm/rockchip-rknn", "amd64", ">=1.13.0 <1.15.0"),
  // Microcode for x86: there is nothing in an arm64 kernel that loads it.
  gated("firmware/amd-ucode", "arm64"),
  gated("firmware/intel-ucode", "arm64"),
];

/** No service, module or CRI part that a machine config must answer. */
const plain: FallbackRow[] = [
  "firmware/bnx2-bnx2x",
  "firmware/chelsio-firmware",
  "firmware/intel-ice-firmware",
  "firmware/qlogic-firmware",
  "firmware/realtek-firmware",
  "container-runtime/ecr-credential-provider",
  "storage/fuse3",
  "storage/mdadm",
  "misc/glibc",
  "tools/util-linux-tools",
].map((path) => ({ extension: path.split("/").at(-1) ?? "", talos: all, source: `${path}/pkg.yaml` }));

export const fallbackRows: readonly FallbackRow[] = [
  ...serviceRows,
  ...runtimes,
  ...modules,
  ...oneArchitecture,
  ...plain,
];
