import { type ByteSource, slice } from "../formats/bytes.ts";
import { listSegments, readSegment } from "../formats/segments.ts";
import type { Part } from "./assets/asset.ts";
import type { Expected } from "./expected.ts";
import type { Materials } from "./materials.ts";
import type { TargetInputs } from "./plan-model.ts";

/** What decides the bytes of an initramfs. */
export const initramfsInputs = ({ bootFiles, segments, modulesDepKey }: TargetInputs) => ({
  bootFiles: bootFiles.manifest,
  segments: segments.map(({ file, key }) => ({ file, key })),
  ...(modulesDepKey === undefined ? {} : { modulesDep: modulesDepKey }),
});

/** What the initramfs in an asset must hold. */
export async function expectedInitramfs(
  { talos, arch, kernelRelease, segments, contract }: TargetInputs,
  materials: Materials,
): Promise<Expected> {
  const layers = (await materials.segments()).map(({ file, layerSha256 }) => ({ file, sha256: layerSha256 }));
  return {
    talosVersion: talos,
    arch,
    kernelRelease,
    extensions: segments.map(({ name, version }) => ({ name, version })),
    layers,
    contract,
  };
}

/** The segments of a whole initramfs, each named by what is in it. */
export async function initramfsParts(initramfs: ByteSource, within = "initramfs"): Promise<Part[]> {
  const segments = await listSegments(initramfs);
  const parts: Part[] = [];
  let at = 0;
  for (const segment of segments) {
    const end = segment.offset + segment.size;
    const paths: string[] = [];
    for await (const { header, body } of readSegment(initramfs, segment)) {
      for await (const _ of body);
      if ((header.mode & 0o170000) === 0o100000) paths.push(header.path);
    }
    parts.push({ name: `${within}: ${nameOf(paths)}`, data: slice(initramfs, at, end) });
    at = end;
  }
  if (at < initramfs.size) parts.push({ name: `${within}: end`, data: slice(initramfs, at, initramfs.size) });
  return parts;
}

const nameOf = (paths: readonly string[]): string =>
  paths.length > 3 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
