import { quirksOf } from "../../../talos/quirks.ts";
import { extensionVersions } from "../versions.ts";
import type { Extension, ExtensionInputs } from "./extension.ts";

/** Bytes of a stand-in file: it says what it is, over and over, so that every file differs from every other. */
const filler = (path: string, size: number): Uint8Array => {
  const line = Buffer.from(`stand-in for firmware ${path}\n`);
  return Buffer.alloc(size, line);
};

interface FirmwareImage {
  name: string;
  author: string;
  versionOf: (inputs: ExtensionInputs) => string;
  description: string;
  /** Path below the firmware folder → bytes. */
  files: Record<string, number>;
  /** Made on amd64 only; on arm64 the published image has nothing in it. */
  amd64Only?: boolean;
}

const firmwareVersion = ({ talosVersion }: ExtensionInputs): string =>
  extensionVersions(talosVersion).firmware;

/** CozyStack's seven, with the names of real files. Which are empty on arm64: the extensions' own build files from Talos 1.9 on. */
const images: readonly FirmwareImage[] = [
  {
    name: "amd-ucode",
    author: "Sidero Labs",
    versionOf: firmwareVersion,
    description: "shaped like AMD microcode.",
    files: { "amd-ucode/microcode_amd.bin": 8192, "amd-ucode/microcode_amd_fam17h.bin": 4096 },
  },
  {
    name: "amdgpu",
    author: "Sidero Labs",
    versionOf: (inputs) => `${firmwareVersion(inputs)}-${inputs.talosVersion}`,
    description: "shaped like AMD GPU firmware.",
    files: { "amdgpu/navi10_sdma.bin": 17152, "amdgpu/renoir_vcn.bin": 40960 },
    amd64Only: true,
  },
  {
    name: "bnx2-bnx2x",
    author: "Sidero Labs",
    versionOf: firmwareVersion,
    description: "shaped like Broadcom NetXtreme II firmware.",
    files: { "bnx2/bnx2-mips-09-6.2.1b.fw": 92824, "bnx2x/bnx2x-e2-7.13.21.0.fw": 320936 },
  },
  {
    name: "i915",
    author: "Sidero Labs",
    versionOf: (inputs) => `${firmwareVersion(inputs)}-${inputs.talosVersion}`,
    description: "shaped like Intel GPU firmware.",
    files: { "i915/tgl_dmc_ver2_12.bin": 19760, "i915/tgl_guc_70.bin": 290112 },
    amd64Only: true,
  },
  {
    name: "intel-ice-firmware",
    author: "Sidero Labs",
    versionOf: firmwareVersion,
    description: "shaped like Intel Ethernet 800 firmware.",
    files: { "intel/ice/ddp/ice-1.3.41.0.pkg": 692660 },
  },
  {
    name: "intel-ucode",
    author: "Sidero Labs",
    versionOf: ({ talosVersion }) => extensionVersions(talosVersion).intelMicrocode,
    description: "shaped like Intel microcode.",
    files: { "intel-ucode/06-55-04": 39936, "intel-ucode/06-9e-0d": 108544 },
  },
  {
    name: "qlogic-firmware",
    author: "Sidero Labs",
    versionOf: firmwareVersion,
    description: "shaped like QLogic firmware.",
    files: { "ql2500_fw.bin": 253684, "qed/qed_init_values_zipped-8.59.1.0.bin": 879488 },
  },
];

/** Extensions that are firmware or microcode alone. */
export const firmwareExtensions = (inputs: ExtensionInputs): Extension[] =>
  images.map(({ name, author, versionOf, description, files, amd64Only }) => ({
    name,
    version: versionOf(inputs),
    author,
    description,
    talos: ">= v1.0.0",
    fill(root) {
      if (amd64Only && inputs.arch === "arm64") return;
      for (const [path, size] of Object.entries(files))
        root.file(`${quirksOf(inputs.talosVersion).firmwarePath}/${path}`, filler(path, size));
    },
  }));
