import { createInflateRaw } from "node:zlib";
import { RolesError } from "../errors.ts";
import { byteReader } from "./byte-reader.ts";
import type { ByteSource } from "./bytes.ts";
import { through } from "./through.ts";

const NAME = "a gzip member";

/** Bytes of the one gzip member that begins at `start`. Nothing but unpacking tells its end. Format: RFC 1952. Errors: FORMAT_INVALID, ARCHIVE_CUT_SHORT. */
export async function gzipMemberSize(source: ByteSource, start: number): Promise<number> {
  const header = await headerSize(source, start);
  const inflate = createInflateRaw();
  try {
    for await (const _ of through(source.stream(start + header), inflate));
  } catch (cause) {
    const isShort = (cause as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
    throw new RolesError(
      isShort ? "ARCHIVE_CUT_SHORT" : "FORMAT_INVALID",
      `${NAME} at byte ${start} is damaged`,
      { cause },
    );
  }
  const size = header + inflate.bytesWritten + 8;
  if (start + size > source.size)
    throw new RolesError("ARCHIVE_CUT_SHORT", `${NAME} at byte ${start} is cut short`);
  return size;
}

async function headerSize(source: ByteSource, start: number): Promise<number> {
  const reader = byteReader(source.stream(start));
  try {
    const flags = (await reader.read(10, NAME))[3]!;
    if ((flags & 4) !== 0) await reader.skip(Buffer.from(await reader.read(2, NAME)).readUInt16LE(), NAME);
    for (const bit of [8, 16]) if ((flags & bit) !== 0) while ((await reader.read(1, NAME))[0] !== 0);
    if ((flags & 2) !== 0) await reader.skip(2, NAME);
    return reader.offset;
  } finally {
    await reader.close();
  }
}
