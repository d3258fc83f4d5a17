import type { Signer } from "../oci/signature/signer.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";

/** One image, pinned for one architecture. */
export interface PinnedImage {
  /** Repository with its real name, without tag or digest: `ghcr.io/siderolabs/drbd`. */
  repository: string;
  /** As it was asked for; empty where the reference had a digest only. */
  tag: string;
  /** `sha256:…` of what the tag pointed at (an index, or the manifest itself). */
  digest: string;
  /** `sha256:…` of the manifest for this architecture: the bytes that are built from. */
  manifest: string;
  /** Sum of the compressed layer sizes, bytes. */
  bytes: number;
  /** Who signed it, where `lock --verify` found that out. */
  signature?: Signer;
}

export interface LockedExtension extends PinnedImage {
  /** `metadata.name` of the extension's manifest. */
  name: string;
  /** `metadata.version` of the extension's manifest. */
  version: string;
  contract: Contract;
}

export interface LockedArchitecture {
  /** What the installer image stands on: installer-base (Talos 1.10 and later) or installer. */
  base: PinnedImage;
  /**
   * The image with `/usr/install/<arch>/{vmlinuz,initramfs.xz,systemd-stub.efi,systemd-boot.efi}`: `imager` of the same version, because
   * the real installer-base has none of them. Equal to `base` only where a registry has no imager and the base holds the files itself.
   */
  bootFiles: PinnedImage;
  /** Kernel release of the boot files, read from `rootfs.sqsh` in their initramfs. */
  kernelRelease: string;
  /** By the name in a locked role's `extensions`. */
  extensions: Record<string, LockedExtension>;
}

export interface LockedRole {
  /** Keys of `LockedArchitecture.extensions`, in the role's order: official extensions by short name, others by reference. */
  extensions: string[];
  contract: Contract;
  /** Image Factory schematic id, or null where only the factory can know it (then `schematicReason` says why). */
  schematic: string | null;
  schematicReason?: string;
  /** sha256 over everything of the lock and roles.yaml that decides the image's content; no tool versions. */
  inputsKey: string;
}

/** `roles.lock.json`. */
export interface Lock {
  lockVersion: 1;
  /** sha256 of the canonical form of the part of roles.yaml that the lock covers. */
  rolesChecksum: string;
  talos: string;
  architectures: Partial<Record<Arch, LockedArchitecture>>;
  /** Role name, then architecture. */
  roles: Record<string, Partial<Record<Arch, LockedRole>>>;
}
