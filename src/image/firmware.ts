import { open } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { type ByteSource, concat, fromFile, fromText } from "../formats/bytes.ts";
import { type CpioEntry, cpioArchive } from "../formats/cpio.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import type { Quirks } from "../talos/quirks.ts";

/** What has to leave an extension's squashfs layer, because Linux looks for it in the initramfs itself. Facts §2.5, §3. */
export interface Firmware {
  /** Plain files with all their parents, as a cpio archive; undefined when there are none. */
  archive: ByteSource | undefined;
  /** CPU microcode, all files of the extension in the order of their names. */
  microcode: { intel: ByteSource | undefined; amd: ByteSource | undefined };
}

export interface FirmwareStash {
  /** Whether an entry belongs here and not into the squashfs layer. `path` is relative to the extension's root. */
  takes(path: string): boolean;
  add(entry: ReadTarEntry): Promise<void>;
  /** Valid as long as the stash's folder. */
  finish(): Promise<Firmware>;
  /** To be called in any case, also after an error. */
  close(): Promise<void>;
}

interface Kept {
  path: string;
  type: "file" | "directory" | "symlink";
  mode: number;
  size: number;
  linkTarget: string;
  /** Where its content begins in the stash. */
  offset: number;
}

/**
 * Collects firmware from an extension's entries as they come, in one file in `folder`.
 * Errors of `add`: EXTENSION_INVALID for what cannot be firmware. `where` names the extension in errors.
 */
export async function firmwareStash(
  folder: string,
  { firmwarePath }: Pick<Quirks, "firmwarePath">,
  where: string,
): Promise<FirmwareStash> {
  const path = join(folder, "firmware");
  const stash = await open(path, "wx");
  const kept = new Map<string, Kept>();
  let offset = 0;
  return {
    takes: (each) => each === firmwarePath || each.startsWith(`${firmwarePath}/`),
    async add({ header, body }) {
      const entry = { ...header, type: plainType(header, where), offset };
      if (entry.path === firmwarePath && entry.type !== "directory")
        throw invalid(where, `/${entry.path} is a ${entry.type}, not a folder`);
      kept.set(entry.path, entry);
      if (entry.type !== "file") return;
      for await (const chunk of body) await stash.writeFile(chunk);
      offset += entry.size;
    },
    close: () => stash.close(),
    async finish() {
      await stash.close();
      return sort([...kept.values()], firmwarePath, (each) => fromFile(path, each.offset, each.size));
    },
  };
}

function plainType({ path, type }: ReadTarEntry["header"], where: string): Kept["type"] {
  if (type === "file" || type === "directory" || type === "symlink") return type;
  throw invalid(where, `/${path} is a ${type}; firmware is files, folders and symbolic links`);
}

async function sort(
  kept: Kept[],
  firmwarePath: string,
  read: (kept: Kept) => Promise<ByteSource>,
): Promise<Firmware> {
  kept.sort((one, other) => (one.path < other.path ? -1 : 1));
  const isMicrocode = ({ path, type }: Kept, pattern: RegExp): boolean =>
    type === "file" && pattern.test(path.slice(firmwarePath.length));
  const intel = kept.filter((each) => isMicrocode(each, /^\/intel-ucode\/[^/]+$/));
  const amd = kept.filter((each) => isMicrocode(each, /^\/amd-ucode\/microcode_amd[^/]*\.bin$/));
  const rest = kept.filter(
    (each) => each.type !== "directory" && !intel.includes(each) && !amd.includes(each),
  );
  const joined = async (parts: Kept[]) =>
    parts.length === 0 ? undefined : concat(...(await Promise.all(parts.map(read))));
  return {
    archive:
      rest.length === 0 ? undefined : cpioArchive(await archiveEntries(rest, kept, read), { padTo: 512 }),
    microcode: { intel: await joined(intel), amd: await joined(amd) },
  };
}

async function archiveEntries(
  files: Kept[],
  all: Kept[],
  read: (kept: Kept) => Promise<ByteSource>,
): Promise<CpioEntry[]> {
  const modes = new Map(all.map(({ path, type, mode }) => [path, type === "directory" ? mode : 0]));
  const entries: CpioEntry[] = parentsOf(files.map(({ path }) => path)).map((path) => ({
    path,
    mode: 0o040000 | ((modes.get(path) || 0o755) | 0o700),
    data: fromText(""),
  }));
  for (const file of files) {
    entries.push(
      file.type === "symlink"
        ? { path: file.path, mode: 0o120777, data: fromText(file.linkTarget) }
        : { path: file.path, mode: 0o100000 | file.mode, data: await read(file) },
    );
  }
  return entries;
}

/** Every folder above these paths, outer ones first: Linux drops a file whose folder is not there. */
export function parentsOf(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    const parts = path.split("/");
    for (let length = 1; length < parts.length; length++) parents.add(parts.slice(0, length).join("/"));
  }
  return [...parents].sort();
}

const invalid = (where: string, reason: string) =>
  new RolesError("EXTENSION_INVALID", `${where}: ${reason}`, {
    hint: "Report it to the extension's author.",
  });
