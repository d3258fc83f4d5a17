import { RolesError } from "../errors.ts";

export type SquashfsType =
  | "file"
  | "directory"
  | "symlink"
  | "link"
  | "block"
  | "character"
  | "fifo"
  | "socket";

export interface SquashfsEntry {
  /** Relative to the image's root, which is "" itself. As written in the image: check it with `safePath` before it names a file outside. */
  path: string;
  type: SquashfsType;
  /** Permission bits, with setuid, setgid and sticky; 0 for a hard link. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970. */
  mtime: number;
  /** 0 for all but files. */
  size: number;
  /** Target of a symbolic link, or the path (in the image) that a hard link is another name of; else "". */
  linkTarget: string;
}

const types: Record<string, SquashfsType> = {
  R: "file",
  D: "directory",
  S: "symlink",
  L: "link",
  B: "block",
  C: "character",
  I: "fifo",
};

/** A name ends at the first space that no backslash protects; it may hold line breaks. */
const DEFINITION = /((?:\\[\s\S]|[^ \\])+) ([A-Z]) ([^\n]*)\n/y;

/**
 * Reads the "pseudo file" definitions that `unsquashfs -pf` prints before the data, in their order, which is also the order of the data.
 * `text` is their bytes as latin1. Errors: ARCHIVE_INVALID.
 */
export function parseDefinitions(text: string): SquashfsEntry[] {
  const entries: SquashfsEntry[] = [];
  DEFINITION.lastIndex = 0;
  let dataOffset = 0;
  while (DEFINITION.lastIndex < text.length) {
    const at = DEFINITION.lastIndex;
    const [, name = "", letter = "", rest = ""] = DEFINITION.exec(text) ?? [];
    if (letter === "") throw invalid(`an entry that cannot be read, at byte ${at} of its listing`);
    // Extended attributes, which squashfs-tools 4.6 and later print.
    if (letter === "X") continue;
    const entry = toEntry(unescape(name), letter, rest);
    if (entry.type === "file" && Number(rest.split(" ")[5]) !== dataOffset)
      throw invalid(`a file ${JSON.stringify(entry.path)} whose data is out of order`);
    dataOffset += entry.size;
    entries.push(entry);
  }
  return entries;
}

function toEntry(path: string, letter: string, rest: string): SquashfsEntry {
  const type = types[letter];
  if (!type) throw invalid(`an entry of unknown type ${JSON.stringify(letter)}`);
  const plain = { path: path === "/" ? "" : path, type, size: 0, linkTarget: "" };
  if (type === "link") return { ...plain, mode: 0, uid: 0, gid: 0, mtime: 0, linkTarget: unescape(rest) };
  const [, time, mode, uid, gid, tail = ""] = /^(\d+) ([0-7]+) (\d+) (\d+)(?: ([^\n]*))?$/.exec(rest) ?? [];
  if (time === undefined) throw invalid(`an entry ${JSON.stringify(path)} without time, mode and owner`);
  return {
    ...plain,
    type: type === "fifo" && tail === "s" ? "socket" : type,
    mode: Number.parseInt(mode!, 8),
    uid: Number(uid),
    gid: Number(gid),
    mtime: Number(time),
    size: type === "file" ? Number(tail.split(" ")[0]) : 0,
    linkTarget: type === "symlink" ? decode(tail) : "",
  };
}

const unescape = (name: string): string => decode(name.replace(/\\([\s\S])/g, "$1"));

const decode = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");

const invalid = (what: string): RolesError =>
  new RolesError("ARCHIVE_INVALID", `the squashfs image has ${what}`, {
    hint: "The image is damaged or made to mislead: fetch or build it again.",
  });
