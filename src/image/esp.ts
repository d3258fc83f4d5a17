import { type ByteSource, fromText, sourceSha256 } from "../formats/bytes.ts";
import type { Arch } from "../talos/arch.ts";

export interface EspFile {
  path: string;
  data: ByteSource;
}

export interface EspContent {
  /** Talos version, verbatim. */
  version: string;
  arch: Arch;
  uki: ByteSource;
  /** The boot manager systemd-boot. */
  sdBoot: ByteSource;
}

const loaderConf = (settings: readonly string[]): ByteSource =>
  fromText(["# The boot menu of a Talos machine, written by talos-roles.", ...settings].join("\n\n") + "\n");

const bootName: Record<Arch, string> = { arm64: "AA64", amd64: "X64" };

/** The UKI's name on a disk; Talos looks for it by this pattern. */
export const ukiPath = (version: string): string => `EFI/Linux/Talos-${version}.efi`;

/** What the EFI partition of a disk holds: facts §7.2. The mixed case of its names is what Talos looks for. */
export const diskEsp = ({ version, arch, uki, sdBoot }: EspContent): EspFile[] => [
  { path: ukiPath(version), data: uki },
  { path: `EFI/boot/BOOT${bootName[arch]}.efi`, data: sdBoot },
  { path: "loader/loader.conf", data: loaderConf(["timeout 10"]) },
];

/** What an ISO holds, in its own file system and in its EFI partition: facts §7.6. */
export const isoFiles = ({ version, arch, uki, sdBoot }: EspContent): EspFile[] => [
  { path: `EFI/BOOT/BOOT${bootName[arch]}.EFI`, data: sdBoot },
  { path: ukiPath(version), data: uki },
  { path: "loader/loader.conf", data: loaderConf(["timeout 10", "secure-boot-enroll off"]) },
];

/** What has to be found of them. */
export const espContent = (files: readonly EspFile[]): Promise<{ path: string; sha256: string }[]> =>
  Promise.all(files.map(async ({ path, data }) => ({ path, sha256: await sourceSha256(data) })));
