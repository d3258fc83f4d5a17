import { compare, parse } from "semver";

/** What differs between Talos versions, by name. Nothing else compares versions. */
export interface Quirks {
  /** A UKI can be built without Secure Boot keys (the official imager: from 1.10). */
  unsignedUki: boolean;
  /** systemd-boot and UKIs are how UEFI machines boot: disk images, ISO and installer. */
  sdBoot: boolean;
  /** UKIs carry `.profile` sections: boot menu entries. */
  ukiProfiles: boolean;
  /** The installer image stands on `installer-base`; before on `installer`. */
  installerBase: boolean;
  /** Where kernel modules lie in extensions and in the root file system, without a leading slash. */
  modulesPath: "usr/lib/modules" | "lib/modules";
  /** Where firmware lies in extensions and in the initramfs, without a leading slash. */
  firmwarePath: "usr/lib/firmware" | "lib/firmware";
  /** Compression of squashfs layers and of what is appended to the initramfs. */
  compression: "zstd" | "xz";
  /** META values in the kernel command line may be compressed. */
  compressedMeta: boolean;
  /** Size of the boot partition, of which the EFI partition has room for 100 MiB more and 1 MiB of BIOS space. MiB. */
  bootMiB: 1000 | 2000;
  /** STATE and EPHEMERAL are made at first boot, not by the disk image. */
  skipDataPartitions: boolean;
  isoLabel: boolean;
  haltIfInstalled: boolean;
  /** The ISO's boot loader can be chosen; before, every ISO can also boot by GRUB. */
  isoBootloader: boolean;
  /** A machine config can be part of the image. */
  embeddedConfig: boolean;
  /** Disk images for disks with sectors of 4096 bytes. */
  sectors4k: boolean;
  /** `metal` on amd64 talks to the first serial port too. */
  metalSerialConsole: boolean;
  initOnAlloc: boolean;
  /** The long NVMe timeout is an argument of every platform; later of aws alone. */
  nvmeTimeoutEverywhere: boolean;
  ima: boolean;
  selinux: boolean;
  moduleSignatures: boolean;
  procMemOverride: boolean;
  /** The arm64 kernel has modules for the network cards bnx2, bnx2x, ice and qed (Talos `hack/modules-arm64.txt`). */
  cardDriversOnArm64: boolean;
}

/** Oldest and newest minor version whose images are understood here. */
const supportedTalos = { first: "1.9", last: "1.14" } as const;

/** `major.minor.patch` of a Talos version with or without `v`; undefined when it is none. A pre-release counts as its release. */
export function plainVersion(version: string): string | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(version);
  if (!match) return undefined;
  const [, major, minor = "0", patch = "0"] = match;
  return parse(`${Number(major)}.${Number(minor)}.${Number(patch)}`)?.version;
}

/** For messages: `1.9 to 1.14`. */
export const supportedRange = `${supportedTalos.first} to ${supportedTalos.last}`;

/** Whether what is said and built here holds for a version: Talos 1.9 to 1.14. Of another major release nothing is known. */
export function talosSupport(version: string): "known" | "older" | "newer" | "other" {
  const plain = plainVersion(version);
  const [major, minor] = plain?.split(".") ?? [];
  if (plain === undefined || Number(major) > 1) return "other";
  if (compare(plain, `${supportedTalos.first}.0`) < 0) return "older";
  return compare(`${major}.${minor}.0`, `${supportedTalos.last}.0`) > 0 ? "newer" : "known";
}

/**
 * The quirks of a Talos version. Source: Talos `pkg/machinery/imager/quirks`, facts §1.8. A version that cannot be read counts
 * as the newest, except that it has no systemd-boot: so Talos has it.
 */
export function quirksOf(version: string): Quirks {
  const plain = plainVersion(version);
  // Compared without pre-release and build parts, as Talos does.
  const since = (first: string): boolean => plain === undefined || compare(plain, first) >= 0;
  return {
    ...imageQuirks(since),
    unsignedUki: plain !== undefined && since("1.10.0"),
    sdBoot: plain !== undefined && since("1.10.0"),
    metalSerialConsole: !since("1.8.0"),
    initOnAlloc: !since("1.14.0"),
    nvmeTimeoutEverywhere: !since("1.14.0"),
    ima: !since("1.11.0"),
    selinux: since("1.10.0"),
    moduleSignatures: since("1.12.0"),
    procMemOverride: since("1.13.0"),
    cardDriversOnArm64: since("1.11.0"),
  };
}

function imageQuirks(since: (first: string) => boolean) {
  const usrMerged = since("1.10.0");
  return {
    ukiProfiles: since("1.10.0"),
    installerBase: since("1.10.0"),
    modulesPath: usrMerged ? "usr/lib/modules" : "lib/modules",
    firmwarePath: usrMerged ? "usr/lib/firmware" : "lib/firmware",
    compression: since("1.8.0") ? "zstd" : "xz",
    compressedMeta: since("1.6.3"),
    bootMiB: since("1.11.0") ? 2000 : 1000,
    skipDataPartitions: since("1.8.0"),
    isoLabel: since("1.8.0"),
    haltIfInstalled: since("1.8.0"),
    isoBootloader: since("1.12.0"),
    embeddedConfig: since("1.12.0"),
    sectors4k: since("1.14.0"),
  } as const;
}

/** What differs between Talos versions for machine configs and for whether a node forms. */
export interface FormationQuirks {
  /** Minor release of Talos 1.x. */
  minor: number;
  /** `machine.install.extensions` adds extensions (ignored from 1.10 on). */
  installExtensions: boolean;
  /** A service waits for another until that one is up or has finished; from 1.14 on, finished no longer counts. */
  finishedCountsAsUp: boolean;
  /** `ghcr.io/siderolabs/installer` is published (not from 1.14 on: facts, peers §0.4). */
  plainInstaller: boolean;
  /** Settings of nodes, kubelet, install, modules and sysctls are documents of their own. */
  settingsAreDocuments: boolean;
  /** Registry mirrors are documents of their own. */
  registriesAreDocuments: boolean;
  /**
   * `$patch: delete` for a document that is not there is appended as if it were one: a whole document's makes talosctl panic, one inside it leaves
   * an empty document (pkg/machinery/config/configpatcher/strategic.go, tried with 1.13.6); from 1.14 on it is skipped.
   */
  deletionNeedsDocument: boolean;
  /** Built-in and dynamic modules are resources of one type; before, only the dynamic ones can be seen. */
  modulesAreOneType: boolean;
}

/** Undefined for a version that cannot be read or is of another major release: then no rule may say what depends on it. */
export function formationQuirks(version: string | undefined): FormationQuirks | undefined {
  const plain = version === undefined ? undefined : plainVersion(version);
  if (plain === undefined || !plain.startsWith("1.")) return undefined;
  const since = (first: string): boolean => compare(plain, first) >= 0;
  return {
    minor: Number(plain.split(".")[1]),
    installExtensions: !since("1.10.0"),
    finishedCountsAsUp: !since("1.14.0"),
    plainInstaller: !since("1.14.0"),
    settingsAreDocuments: since("1.14.0"),
    registriesAreDocuments: since("1.12.0"),
    deletionNeedsDocument: !since("1.14.0"),
    modulesAreOneType: since("1.14.0"),
  };
}
