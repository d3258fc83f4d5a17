import { slice, zeros } from "../../formats/bytes.ts";
import { tarArchive } from "../../formats/tar.ts";
import type { AssembledImage } from "../../oci/assemble.ts";
import { digestHex } from "../../oci/digest.ts";
import { dockerArchive, dockerArchiveEntries } from "../../oci/docker-archive.ts";
import { layoutFiles } from "../../oci/layout-files.ts";
import { parseReference } from "../../oci/reference.ts";
import { installerLayoutName, installerName } from "../../roles/asset-names.ts";
import type { Expected } from "../expected.ts";
import { expectedInitramfs, initramfsInputs } from "../initramfs-parts.ts";
import { installerCmdline, installerImage, installFiles } from "../installer-image.ts";
import type { Materials } from "../materials.ts";
import { packingTools } from "../packed-kernel.ts";
import type { TargetInputs } from "../plan-model.ts";
import { expectedUki } from "../role-uki.ts";
import type { AssetMaker, Part } from "./asset.ts";

/** The installer image, as an OCI layout and as a docker-archive of the same image. */
export const installerAsset: AssetMaker = {
  kind: "installer",
  tools: packingTools,
  generation: 2,
  plan(target, wanted) {
    if (!wanted.has("installer")) return [];
    const { role, arch, talos, base, installerReference, quirks } = target;
    const cmdline = installerCmdline(target);
    const inputs = {
      ...initramfsInputs(target),
      talos,
      base: base.manifest,
      cmdline,
      reference: installerReference,
    };
    const both = { inputs, ...(quirks.sdBoot ? { cmdline, menu: "installer" as const } : {}) };
    return [
      { ...both, format: "oci-layout", path: `${role}/${installerLayoutName(arch)}` },
      { ...both, format: "docker-archive", path: `${role}/${installerName(arch)}` },
    ];
  },
  async recipe({ target, asset, materials }) {
    const image = await materials.once("installer image", () => installerImage(target, materials));
    const expected = await materials.once("installer expected", () => expectedOf(target, image, materials));
    if (asset.format === "oci-layout") {
      const files = layoutFiles(image, parseReference(target.installerReference)).map((file) => ({
        ...file,
        name: nameOf(file.path, image),
      }));
      return { files, identity: digestHex(image.descriptor.digest), expected };
    }
    const tags = [target.installerReference];
    return {
      content: await dockerArchive(image, tags),
      parts: () => archiveParts(image, tags),
      expected,
    };
  },
};

async function expectedOf(
  target: TargetInputs,
  image: AssembledImage,
  materials: Materials,
): Promise<Expected> {
  const uki = { cmdline: installerCmdline(target), menu: "installer" as const };
  const inner = target.quirks.sdBoot
    ? await expectedUki(target, uki, materials)
    : await expectedInitramfs(target, materials);
  return {
    ...inner,
    kind: "installer",
    imageLayers: image.layers.map(({ descriptor }) => descriptor.digest),
    // A base that holds boot files itself has more of them than those that the role brings.
    ...(target.base.manifest === target.bootFiles.manifest
      ? {}
      : { imageFiles: (await installFiles(target, materials)).map(({ path }) => path) }),
  };
}

/** Each entry of the archive, named by what it is. */
async function archiveParts(image: AssembledImage, tags: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const entry of dockerArchiveEntries(image, tags)) {
    const alone = await tarArchive([entry]);
    parts.push({ name: nameOf(entry.path, image), data: slice(alone, 0, alone.size - tarEnd) });
  }
  return [...parts, { name: "end of the archive", data: zeros(tarEnd) }];
}

const tarEnd = 1024;

/** A file of the layout or the archive with what it is: `layer 2 of 2, the boot files`. */
function nameOf(path: string, { layers, blobs, descriptor }: AssembledImage): string {
  const at = layers.findIndex((layer) => path.includes(digestHex(layer.descriptor.digest)));
  if (at >= 0)
    return `layer ${at + 1} of ${layers.length}${at === layers.length - 1 ? ", the boot files" : ""}`;
  const [config] = blobs;
  if (config && path.includes(digestHex(config.descriptor.digest))) return "config";
  return path.includes(digestHex(descriptor.digest)) ? "manifest" : path;
}
