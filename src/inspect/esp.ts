import { join } from "node:path";
import { fromFile } from "../formats/bytes.ts";
import { copyFatFile, type FatImage, listFat, readFatFile } from "../formats/fat-read.ts";
import { contentOf, sourceContent } from "./content.ts";
import type { Content, Inspection } from "./inspection.ts";
import type { Known } from "./known.ts";
import { nothingFound } from "./nothing-found.ts";
import { notice } from "./notice.ts";
import { inspectUki } from "./uki.ts";

export interface EspInspection {
  files: (Content & { path: string })[];
  /** What the UKI in it holds. */
  inner: Omit<Inspection, "kind">;
}

/** Where Talos looks for its UKI. */
const UKI = /^EFI\/Linux\/[^/]+\.efi$/i;
const FILE_LIMIT = 1000;

/** Reads an EFI partition: its files, and everything in the UKI that is started from it. Errors: FORMAT_INVALID when it is no FAT file system, TOOL_FAILED, and those of `inspectUki`. */
export async function inspectEsp(
  image: FatImage,
  { folder, known }: { folder: string; known: Known | undefined },
): Promise<EspInspection> {
  const files: EspInspection["files"] = [];
  let uki: { path: string; sha256: string } | undefined;
  for (const path of (await listFat(image)).slice(0, FILE_LIMIT)) {
    if (uki === undefined && UKI.test(path)) {
      const copy = join(folder, "uki.efi");
      await copyFatFile(image, path, copy);
      const content = await sourceContent(await fromFile(copy));
      uki = { path: copy, sha256: content.sha256 };
      files.push({ path, ...content });
    } else files.push({ path, ...(await contentOf(readFatFile(image, path))) });
  }
  if (!uki) return { files, inner: nothing() };
  const { sha256 } = uki;
  return { files, inner: await inspectUki(await fromFile(uki.path), { known, sha256 }) };
}

const nothing = (): EspInspection["inner"] => ({
  ...nothingFound(),
  notices: [notice("error", "boot-files-missing", "there is no UKI in its EFI partition: it cannot start")],
});
