import { RolesError } from "../errors.ts";
import { type ByteSource, concat, fromBytes, fromText, zeros } from "./bytes.ts";

export interface CpioEntry {
  /** Relative, without a leading `./` or `/`. */
  path: string;
  /** Full st_mode, type bits included: 0o100644 for a file, 0o040755 for a directory. */
  mode: number;
  /** Seconds since 1970; default 0. */
  mtime?: number;
  /** File content, or the target of a symbolic link; empty for a directory. */
  data: ByteSource;
}

export interface CpioOptions {
  /** The archive's size is rounded up to a multiple of this, with NULs: 512 as GNU cpio does, 4 by default. */
  padTo?: number;
}

/**
 * A cpio archive in the "newc" form that Linux unpacks, with owner 0:0, inode numbers by position and a trailer: the same bytes for the same entries.
 * Format: Linux Documentation/driver-api/early-userspace/buffer-format.rst. Errors: ARCHIVE_TOO_LARGE (an entry of 4 GiB or more), ARCHIVE_INVALID.
 */
export function cpioArchive(entries: readonly CpioEntry[], { padTo = 4 }: CpioOptions = {}): ByteSource {
  const parts = entries.flatMap((entry, index) => [
    header(entry, index + 1),
    entry.data,
    zeros(padding(entry.data.size, 4)),
  ]);
  const archive = concat(...parts, header({ path: "TRAILER!!!", mode: 0, data: fromText("") }, 0));
  return concat(archive, zeros(padding(archive.size, padTo)));
}

const padding = (size: number, multiple: number): number => (multiple - (size % multiple)) % multiple;

function header({ path, mode, mtime = 0, data }: CpioEntry, inode: number): ByteSource {
  const name = new TextEncoder().encode(path);
  if (path === "" || path.includes("\0"))
    throw new RolesError("ARCHIVE_INVALID", `a cpio entry cannot be named ${JSON.stringify(path)}`);
  if (data.size > 0xffffffff)
    throw new RolesError("ARCHIVE_TOO_LARGE", `${path} has ${data.size} bytes; cpio holds less than 4 GiB`);
  const links = isDirectory(mode) ? 2 : 1;
  const fields = [inode, mode, 0, 0, links, mtime, data.size, 0, 0, 0, 0, name.length + 1, 0];
  const hex = fields.map((field) => field.toString(16).toUpperCase().padStart(8, "0")).join("");
  const head = Buffer.concat([Buffer.from(`070701${hex}`, "latin1"), name, new Uint8Array(1)]);
  return concat(fromBytes(head), zeros(padding(head.length, 4)));
}

const isDirectory = (mode: number): boolean => (mode & 0o170000) === 0o040000;
