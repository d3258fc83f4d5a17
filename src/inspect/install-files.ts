import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ImageEntry } from "../oci/flatten.ts";
import type { ImageConfig } from "../oci/model.ts";
import { type Arch, architectures } from "../talos/arch.ts";
import { contentOf, saveContent } from "./content.ts";
import type { Content, InspectedImage } from "./inspection.ts";

/** `vmlinuz.efi` is the UKI. */
type BootFileName = "vmlinuz.efi" | "vmlinuz" | "initramfs.xz";

/** A boot file, of which a copy is made when somebody looks into it. */
export interface BootFileCopy extends Content {
  copy: () => Promise<string>;
}
export type BootFileCopies = Partial<Record<BootFileName, BootFileCopy>>;

export interface InstallFiles {
  files: InspectedImage["files"];
  arch: Arch | null;
  /** Path in the image of each boot file. */
  boot: Partial<Record<BootFileName, string>>;
}

const bootFiles: readonly string[] = ["vmlinuz.efi", "vmlinuz", "initramfs.xz"] satisfies BootFileName[];

/** Hashes the files under usr/install/<arch> of an image and copies those that are looked into. */
export async function readInstallFiles(
  entries: AsyncIterable<ImageEntry>,
  folder: string,
): Promise<InstallFiles> {
  const files: InspectedImage["files"] = [];
  const boot: InstallFiles["boot"] = {};
  let arch: Arch | null = null;
  for await (const { header, body } of entries) {
    const [, place, name] = /^usr\/install\/([^/]+)\/(.+)$/.exec(header.path) ?? [];
    if (name === undefined || header.type !== "file") continue;
    arch ??= architectures.find((each) => each === place) ?? null;
    const isWanted = bootFiles.includes(name) && place === arch;
    const content = isWanted ? await saveContent(body, join(folder, name)) : await contentOf(body);
    if (isWanted) boot[name as BootFileName] = header.path;
    files.push({ path: header.path, mode: header.mode, ...content });
  }
  return { files: files.sort((one, other) => (one.path < other.path ? -1 : 1)), boot, arch };
}

/** Boot files of an image whose `InstallFiles` are known, with copies where they are in `folder`, and else from `again`: its entries. */
export function bootFileCopies(
  { files, boot }: InstallFiles,
  folder: string,
  again: () => AsyncIterable<ImageEntry>,
): BootFileCopies {
  const copies = Object.entries(boot).map(([name, path]) => {
    const { bytes, sha256 } = files.find((file) => file.path === path)!;
    const target = join(folder, name);
    const copy = async (): Promise<string> => {
      if (!existsSync(target)) await saveEntry(again(), path, target);
      return target;
    };
    return [name, { bytes, sha256, copy }] as const;
  });
  return Object.fromEntries(copies);
}

async function saveEntry(entries: AsyncIterable<ImageEntry>, path: string, target: string): Promise<void> {
  for await (const { header, body } of entries) if (header.path === path) await saveContent(body, target);
}

const labelsSchema = z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() });

/** Labels of an image's config; none when they are malformed. */
export function labelsOf({ config }: ImageConfig): Record<string, string> {
  const parsed = labelsSchema.safeParse(config ?? {});
  return parsed.success ? (parsed.data.Labels ?? {}) : {};
}
