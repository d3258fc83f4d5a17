import { type ByteSource, slice, sourceSha256 } from "../formats/bytes.ts";
import { readPe, sectionData } from "../formats/pe.ts";
import type { Part } from "./assets/asset.ts";
import type { Expected } from "./expected.ts";
import { expectedInitramfs, initramfsParts } from "./initramfs-parts.ts";
import type { Materials } from "./materials.ts";
import type { AssetPlan, TargetInputs } from "./plan-model.ts";
import { ukiProfiles, unifiedKernelImage } from "./uki.ts";

type Wanted = Pick<AssetPlan, "cmdline" | "menu">;

/** The UKI of a role with this command line and boot menu. Errors: as `unifiedKernelImage`. */
export async function makeUki(
  { talos, kernelRelease }: TargetInputs,
  { cmdline = "", menu = "none" }: Wanted,
  materials: Materials,
): Promise<ByteSource> {
  const boot = await materials.bootFiles();
  const initramfs = await materials.initramfs();
  return unifiedKernelImage({
    version: talos,
    kernelRelease,
    cmdline,
    menu,
    stub: boot.stub(),
    kernel: boot.kernel,
    initramfs,
  });
}

/** What must be found in it. */
export async function expectedUki(
  target: TargetInputs,
  { cmdline = "", menu = "none" }: Wanted,
  materials: Materials,
): Promise<Expected> {
  const { kernel } = await materials.bootFiles();
  return {
    ...(await expectedInitramfs(target, materials)),
    kind: "uki",
    cmdline,
    kernel: await sourceSha256(kernel),
    profiles: ukiProfiles({ version: target.talos, cmdline, menu }),
  };
}

/** A whole UKI in named pieces: its headers, its sections, and the segments of the initramfs in it. */
export async function ukiParts(uki: ByteSource, within = ""): Promise<Part[]> {
  const { sections } = await readPe(uki);
  const parts: Part[] = [];
  let at = 0;
  const upTo = (end: number, name: string): void => {
    if (end > at) parts.push({ name: within + name, data: slice(uki, at, end) });
    at = Math.max(at, end);
  };
  for (const section of sections) {
    upTo(section.rawOffset, parts.length === 0 ? "headers" : "padding");
    const data = sectionData(uki, section);
    if (section.name === ".initrd") {
      parts.push(...(await initramfsParts(data, `${within}.initrd`)));
      at += data.size;
    } else upTo(section.rawOffset + data.size, `section ${section.name}`);
  }
  upTo(uki.size, "padding");
  return parts;
}
