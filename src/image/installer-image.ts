import { RolesError } from "../errors.ts";
import type { ByteSource } from "../formats/bytes.ts";
import { readPe } from "../formats/pe.ts";
import { type TarEntry, tarLayout } from "../formats/tar.ts";
import { type AssembledImage, assembleImage, type Layer } from "../oci/assemble.ts";
import { blobBytes } from "../oci/blob-bytes.ts";
import { type PackedPart, storedLayer } from "../oci/layer.ts";
import { mediaTypes } from "../oci/media-types.ts";
import type { Descriptor } from "../oci/model.ts";
import { formatReference } from "../oci/reference.ts";
import type { OciImage } from "../oci/resolve.ts";
import { bootFile } from "../roles/upstream-names.ts";
import { kernelArgs } from "../talos/kernel-args.ts";
import type { Materials } from "./materials.ts";
import type { TargetInputs } from "./plan-model.ts";
import { makeUki } from "./role-uki.ts";

/** Command line of the UKI in an installer: META values are for the machine that it installs to, so they are not in it (facts §1.6). */
export const installerCmdline = ({ talos, arch, kernelArgs: extra }: TargetInputs): string =>
  kernelArgs({ version: talos, arch, platform: "metal", purpose: "other", extra });

/**
 * The installer of a role: the layers of the base as they are, and one with the boot files. Facts §6. Nothing that is compressed is compressed again.
 * Errors: FORMAT_INVALID, those of the source.
 */
export async function installerImage(target: TargetInputs, materials: Materials): Promise<AssembledImage> {
  const base = await materials.base();
  const files = await installFiles(target, materials);
  const { archive, contentAt } = await tarLayout(
    files.map(({ path, data }): TarEntry => ({ path, data, mode: 0o644 })),
  );
  const member = await materials.packedKernel();
  const own = await storedLayer(archive, member && packedPart(files, contentAt, member));
  return assembleImage({
    architecture: target.arch,
    config: base.config.config ?? {},
    layers: [...baseLayers(base), own],
  });
}

/** Where in the layer's tar the kernel lies. */
function packedPart(
  files: readonly InstallFile[],
  contentAt: readonly number[],
  member: ByteSource,
): PackedPart | undefined {
  const index = files.findIndex(({ kernel }) => kernel !== undefined);
  const { kernel } = files[index] ?? {};
  return kernel && { offset: contentAt[index]! + kernel.offset, size: kernel.size, member };
}

export interface InstallFile {
  path: string;
  data: ByteSource;
  /** Where in `data` the kernel lies as it is. */
  kernel?: { offset: number; size: number };
}

/** What the installer puts on disks, sorted by path. */
export async function installFiles(target: TargetInputs, materials: Materials): Promise<InstallFile[]> {
  const { arch, quirks } = target;
  const boot = await materials.bootFiles();
  if (!quirks.sdBoot)
    return [
      { path: bootFile(arch, "initramfs.xz"), data: await materials.initramfs() },
      { path: bootFile(arch, "vmlinuz"), data: boot.kernel, kernel: { offset: 0, size: boot.kernel.size } },
    ];
  const uki = await makeUki(target, { cmdline: installerCmdline(target), menu: "installer" }, materials);
  return [
    { path: bootFile(arch, "systemd-boot.efi"), data: boot.bootManager() },
    { path: bootFile(arch, "vmlinuz.efi"), data: uki, kernel: await kernelIn(uki) },
  ];
}

async function kernelIn(uki: ByteSource): Promise<{ offset: number; size: number }> {
  const { rawOffset, virtualSize } = (await readPe(uki)).sections.find(({ name }) => name === ".linux")!;
  return { offset: rawOffset, size: virtualSize };
}

/** Of exactly two layers the second is the base's own boot files, which make room for the role's (facts §6). */
function baseLayers(base: OciImage): Layer[] {
  const { layers } = base.manifest;
  const kept = layers.length === 2 ? layers.slice(0, 1) : layers;
  const diffIds = base.config.rootfs?.diff_ids ?? [];
  return kept.map((descriptor, index) => {
    const diffId = diffIds[index];
    if (diffId === undefined) throw undescribed(base);
    return {
      descriptor: { mediaType: ociType(descriptor), digest: descriptor.digest, size: descriptor.size },
      diffId,
      content: blobBytes(descriptor.size, () => base.blob(descriptor)),
    };
  });
}

/** The image is an OCI one, whatever the base was. */
function ociType({ mediaType }: Descriptor): string {
  if (mediaType.endsWith("zstd")) return mediaTypes.layerZstd;
  return mediaType.endsWith("gzip") ? mediaTypes.layerGzip : mediaTypes.layer;
}

const undescribed = (base: OciImage): RolesError =>
  new RolesError("FORMAT_INVALID", `${formatReference(base.reference)} does not describe all of its layers`, {
    hint: "Use the image that Sidero Labs published for this Talos version.",
  });
