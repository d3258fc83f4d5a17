import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { type ByteSource, slice } from "../formats/bytes.ts";
import { safePath } from "../formats/safe-path.ts";
import { listSegments, readSegment, type Segment } from "../formats/segments.ts";
import { contentOf, saveContent, sourceContent } from "./content.ts";
import type { Content, InspectedEntry, InspectedSegment } from "./inspection.ts";
import type { Known } from "./known.ts";

/** A file as the kernel leaves it when all segments are unpacked. */
export interface UnpackedFile extends Content {
  /** Which segment it comes from, counted from 0. */
  segment: number;
  /** Makes a copy of one that is looked into: layers, extensions.yaml and init. */
  copy: (() => Promise<string>) | null;
}

export interface Unpacked extends Content {
  segments: InspectedSegment[];
  /** By path; a later file of the same name replaces the earlier one. */
  files: Map<string, UnpackedFile>;
  /** Paths that Linux drops, because the folder that they lie in is not there. */
  lost: string[];
}

const LOOKED_INTO = /\.sqsh$|^(?:extensions\.yaml|init)$/;
/** Bounds for what a hostile image can make us write or keep; a real one has a gigabyte and a thousand entries. */
export interface UnpackLimits {
  bytes: number;
  entries: number;
}

const largest: UnpackLimits = { bytes: 16 * 2 ** 30, entries: 500_000 };

interface UnpackOptions {
  /** For copies of what is looked into. */
  folder: string;
  /** Of `source`. */
  sha256: string;
  /** Segments that were unpacked before are only hashed. */
  known: Known;
  limits?: UnpackLimits;
}

/** Unpacks an initramfs as Linux does, into hashes; what is looked into later is copied to `folder`. Errors: those of the segments. */
export async function unpackInitramfs(
  source: ByteSource,
  { folder, sha256, known, limits = largest }: UnpackOptions,
): Promise<Unpacked> {
  const tree: Tree = {
    limits,
    files: new Map(),
    directories: new Set(["", "dev", "root"]),
    lost: [],
    bytes: 0,
    entries: 0,
  };
  const segments: InspectedSegment[] = [];
  for (const [index, segment] of (await listSegments(source)).entries()) {
    const bytes = slice(source, segment.offset, segment.offset + segment.size);
    const content = await sourceContent(bytes);
    const copies = new Map<number, string>();
    const at = (entry: number): string => join(folder, `${index}-${entry}`);
    const before = { bytes: tree.bytes, entries: tree.entries };
    const entries = await known.or("segment", content.sha256, () =>
      unpackSegment(source, segment, { tree, copies, at }),
    );
    Object.assign(tree, before);
    for (const [number, entry] of entries.entries()) {
      count(tree, entry.bytes);
      const copy = async (): Promise<string> =>
        copies.get(number) ?? (await copyEntry(source, segment, { number, to: at(number) }));
      place(tree, entry, { segment: index, copy: LOOKED_INTO.test(entry.path) ? copy : null });
    }
    segments.push({ ...segment, sha256: content.sha256, entries });
  }
  return { bytes: source.size, sha256, segments, files: tree.files, lost: tree.lost };
}

interface Tree {
  limits: UnpackLimits;
  files: Map<string, UnpackedFile>;
  directories: Set<string>;
  lost: string[];
  bytes: number;
  entries: number;
}

async function unpackSegment(
  source: ByteSource,
  segment: Segment,
  { tree, copies, at }: { tree: Tree; copies: Map<number, string>; at: (entry: number) => string },
): Promise<InspectedEntry[]> {
  const entries: InspectedEntry[] = [];
  for await (const { header, body } of readSegment(source, segment)) {
    const path = safePath(header.path, { allowAbsolute: true });
    count(tree, header.size);
    const copy = at(entries.length);
    const isLookedInto = LOOKED_INTO.test(path);
    const content = isLookedInto ? await saveContent(body, copy) : await contentOf(body);
    if (isLookedInto) copies.set(entries.length, copy);
    entries.push({ path, mode: header.mode, mtime: header.mtime, ...content });
  }
  return entries;
}

/** Of a segment that was unpacked before, here or in another image. */
async function copyEntry(
  source: ByteSource,
  segment: Segment,
  { number, to }: { number: number; to: string },
): Promise<string> {
  let at = 0;
  for await (const { body } of readSegment(source, segment)) {
    if (at === number) {
      await saveContent(body, to);
      break;
    }
    at += 1;
  }
  return to;
}

function count(tree: Tree, bytes: number): void {
  const { limits } = tree;
  tree.bytes += bytes;
  tree.entries += 1;
  if (tree.bytes > limits.bytes || tree.entries > limits.entries)
    throw new RolesError(
      "ARCHIVE_TOO_LARGE",
      `the initramfs unpacks to more than ${limits.bytes} bytes or ${limits.entries} entries`,
    );
}

function place(
  tree: Tree,
  { path, mode, bytes, sha256 }: InspectedEntry,
  where: Pick<UnpackedFile, "segment" | "copy">,
): void {
  const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const type = mode & 0o170000;
  if (!tree.directories.has(parent)) tree.lost.push(path);
  else if (type === 0o040000) tree.directories.add(path);
  else if (type === 0o100000) tree.files.set(path, { bytes, sha256, ...where });
}
