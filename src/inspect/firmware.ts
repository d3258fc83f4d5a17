import type { InspectedSegment } from "./inspection.ts";
import type { UnpackedFile } from "./unpack.ts";

const FIRMWARE = /^(?:usr\/)?lib\/firmware\//;
const MICROCODE = /^kernel\/x86\/microcode\//;
const LAYER = /^[^/]+\.sqsh$/;

/** Bytes of firmware that lie as plain files in an initramfs, outside the layers (Talos takes them out of every extension). */
export interface InitramfsFirmware {
  firmwareBytes: number;
  microcodeBytes: number;
  /** Of the firmware, what certainly belongs to the layer with this file name. */
  bytesOf(layer: string): number;
  /** Firmware of which nobody can tell whose it is: the official imager puts that of all extensions in one place. */
  sharedBytes: number;
}

/** Sorts the firmware of an initramfs by extension: a segment without a layer belongs to the one layer of the segment before it. */
export function firmwareOf(
  segments: readonly InspectedSegment[],
  files: ReadonlyMap<string, UnpackedFile>,
): InitramfsFirmware {
  const owners = ownersOf(segments);
  const byLayer = new Map<string, number>();
  let [firmwareBytes, microcodeBytes, sharedBytes] = [0, 0, 0];
  for (const [path, { bytes, segment }] of files) {
    if (MICROCODE.test(path)) microcodeBytes += bytes;
    if (!FIRMWARE.test(path)) continue;
    firmwareBytes += bytes;
    const owner = owners[segment];
    if (owner === undefined) sharedBytes += bytes;
    else byLayer.set(owner, (byLayer.get(owner) ?? 0) + bytes);
  }
  return { firmwareBytes, microcodeBytes, sharedBytes, bytesOf: (layer) => byLayer.get(layer) ?? 0 };
}

function ownersOf(segments: readonly InspectedSegment[]): (string | undefined)[] {
  let owner: string | undefined;
  return segments.map(({ entries }) => {
    const layers = entries
      .map(({ path }) => path)
      .filter((path) => LAYER.test(path) && path !== "rootfs.sqsh");
    const isAlone = layers.length === 1 && entries.length === 1;
    if (entries.some(({ path }) => LAYER.test(path))) owner = isAlone ? layers[0] : undefined;
    return owner;
  });
}
