import { createTarPacker, type TarHeader } from "modern-tar";
import { RolesError } from "../errors.ts";
import { type ByteSource, concat, fromBytes, fromText, zeros } from "./bytes.ts";

export type TarType = NonNullable<TarHeader["type"]>;

/** What a tar archive says about an entry, without its content. */
interface TarEntryHead {
  path: string;
  /** Default "file". */
  type?: TarType;
  /** Permission bits, with setuid, setgid and sticky; default 0o755 for a directory, else 0o644. */
  mode?: number;
  /** Seconds since 1970; default 0. */
  mtime?: number;
  uid?: number;
  gid?: number;
  /** Target of a symbolic or hard link. */
  linkTarget?: string;
  /** Extended attributes by name: `{"security.selinux": "…"}`. */
  xattrs?: Record<string, string>;
}

export interface TarEntry extends TarEntryHead {
  /** Content of a file; nothing for any other type. */
  data?: ByteSource;
}

/** An entry whose content is read once, from a stream of known size. */
export interface TarStreamEntry extends TarEntryHead {
  size: number;
  body: AsyncIterable<Uint8Array>;
}

const END = zeros(1024);

/** A tar archive (POSIX ustar, PAX where needed) of these entries in this order: the same bytes for the same entries. */
export const tarArchive = async (entries: Iterable<TarEntry>): Promise<ByteSource> =>
  (await tarLayout(entries)).archive;

/** The same, and the byte of the archive at which the content of each entry begins. */
export async function tarLayout(
  entries: Iterable<TarEntry>,
): Promise<{ archive: ByteSource; contentAt: number[] }> {
  const parts: ByteSource[] = [];
  const contentAt: number[] = [];
  let at = 0;
  for (const entry of entries) {
    const data = entry.data ?? fromText("");
    const header = await tarHeader(entry, data.size);
    contentAt.push(at + header.length);
    parts.push(fromBytes(header), data, zeros(tarPadding(data.size)));
    at += header.length + data.size + tarPadding(data.size);
  }
  return { archive: concat(...parts, END), contentAt };
}

/** The same for entries that come one by one and can be read once. Errors: ARCHIVE_INVALID when a body is not of its size. */
export async function* tarStream(
  entries: AsyncIterable<TarStreamEntry> | Iterable<TarStreamEntry>,
): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield await tarHeader(entry, entry.size);
    let size = 0;
    for await (const chunk of entry.body) {
      size += chunk.length;
      yield chunk;
    }
    if (size !== entry.size)
      throw new RolesError(
        "ARCHIVE_INVALID",
        `${entry.path} has ${size} bytes, not the ${entry.size} it was said to have`,
      );
    yield* zeros(tarPadding(size)).stream();
  }
  yield* END.stream();
}

const tarPadding = (size: number): number => -size & 511;

/** The header blocks of one entry, as modern-tar writes them. */
async function tarHeader(entry: TarEntryHead, size: number): Promise<Uint8Array> {
  const { readable, controller } = createTarPacker();
  controller.add(toHeader(entry, size));
  const reader = readable.getReader();
  const blocks: Uint8Array[] = [];
  // A PAX header (type x) and its body come before the entry's own header.
  for (let isPax = true; isPax;) {
    const { value: header } = await reader.read();
    if (!header) throw new RolesError("ARCHIVE_INVALID", `no tar header could be made for ${entry.path}`);
    blocks.push(header);
    isPax = header[156] === 0x78;
    if (isPax) blocks.push(...(await paxBody(reader, header)));
  }
  await reader.cancel();
  return Buffer.concat(blocks);
}

async function paxBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  header: Uint8Array,
): Promise<Uint8Array[]> {
  const size = Number.parseInt(Buffer.from(header.subarray(124, 135)).toString("latin1"), 8);
  const blocks: Uint8Array[] = [];
  for (let left = size + tarPadding(size); left > 0;) {
    const { value } = await reader.read();
    if (!value) break;
    blocks.push(value);
    left -= value.length;
  }
  return blocks;
}

function toHeader(entry: TarEntryHead, size: number): TarHeader {
  const type = entry.type ?? "file";
  const pax = Object.entries(entry.xattrs ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [`SCHILY.xattr.${name}`, value] as const);
  return {
    name: type === "directory" && !entry.path.endsWith("/") ? `${entry.path}/` : entry.path,
    size,
    type,
    mode: entry.mode ?? (type === "directory" ? 0o755 : 0o644),
    mtime: new Date((entry.mtime ?? 0) * 1000),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    ...(entry.linkTarget === undefined ? {} : { linkname: entry.linkTarget }),
    ...(pax.length === 0 ? {} : { pax: Object.fromEntries(pax) }),
  };
}
