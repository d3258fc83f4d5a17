import { randomBytes } from "node:crypto";
import {
  chmod,
  constants,
  copyFile,
  type FileHandle,
  mkdir,
  open,
  rename,
  rm,
  statfs,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isRolesError, RolesError } from "../errors.ts";

/**
 * Makes a file whole or not at all: `make` fills a temporary file beside it, which is then renamed.
 * Errors: those of `make`, and NO_SPACE or NOT_WRITABLE; the temporary file is gone afterwards.
 */
export async function makeWhole(path: string, make: (temporary: string) => Promise<unknown>): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    const reason = await diskErrorOf(error, path);
    // Where nothing can be removed either, the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => {});
    throw reason;
  }
}

/** Less than this is no room for anything that is made here, bytes. */
const NO_ROOM = 1 << 16;

/** As `asDiskError`; some tools do not say that the disk is full, only that they failed: then the disk is asked, before anything is removed. */
export async function diskErrorOf(cause: unknown, path: string): Promise<unknown> {
  if (!isRolesError(cause, "TOOL_FAILED")) return asDiskError(cause, path);
  const { bavail, bsize } = await statfs(dirname(path)).catch(() => ({ bavail: 1, bsize: NO_ROOM }));
  return bavail * bsize < NO_ROOM ? noSpace(path, cause) : cause;
}

/** Writes a file whole or not at all. Errors: NO_SPACE, NOT_WRITABLE. */
export const writeFileWhole = (
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  mode = 0o644,
): Promise<void> => makeWhole(path, (temporary) => fill(temporary, content, mode));

async function fill(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  mode: number,
): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    // The umask must not reach an output.
    await file.chmod(mode);
    if (typeof content === "string" || content instanceof Uint8Array) await file.writeFile(content);
    else await pour(file, content);
  } finally {
    await file.close();
  }
}

const POUR = 1 << 20;

/** Many small chunks become few large writes; none is kept beyond its turn. */
async function pour(file: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const buffer = Buffer.allocUnsafe(POUR);
  let used = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const take = Math.min(chunk.length - at, POUR - used);
      buffer.set(chunk.subarray(at, at + take), used);
      at += take;
      used += take;
      if (used === POUR) {
        await file.writeFile(buffer);
        used = 0;
      }
    }
  }
  await file.writeFile(buffer.subarray(0, used));
}

/**
 * Copies a file whole or not at all: by reference where the file system can (FICLONE), so that it takes no time and no space until one of both
 * is changed. Never a hard link: who edits the one would edit the other. Errors: NO_SPACE.
 */
export const copyFileWhole = (from: string, to: string, mode = 0o644): Promise<void> =>
  makeWhole(to, async (temporary) => {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(temporary, mode);
  });

/** Makes a folder and those above it, as `mkdir -p`. Errors: NO_SPACE, NOT_WRITABLE. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const reason = await reasonOf(error, path);
    if (reason !== undefined) throw asDiskError(reason, path);
  }
}

/** Node says of a recursive mkdir on a full disk that there is no such folder; one folder at a time tells the true reason. */
async function reasonOf(error: unknown, path: string): Promise<unknown> {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") return error;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  return mkdir(path).then(
    () => undefined,
    (reason: unknown) => ((reason as NodeJS.ErrnoException).code === "EEXIST" ? undefined : reason),
  );
}

const unwritable: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "its file system is read-only",
};

/** Turns what the system says of a disk that is full or may not be written into the coded error; any other error is returned unchanged. */
export function asDiskError(error: unknown, path: string): unknown {
  const { code = "" } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return noSpace(path, error);
  const reason = unwritable[code];
  if (reason === undefined) return error;
  return new RolesError("NOT_WRITABLE", `no access to ${path}: ${reason}`, {
    hint: "Check who owns it and how its file system is mounted, or choose another place.",
    cause: error,
  });
}

const noSpace = (path: string, cause: unknown): RolesError =>
  new RolesError("NO_SPACE", `no space left while writing ${path}`, {
    hint: "Free some space, or point --cache-dir and --out at a larger disk, then run the command again.",
    cause,
  });
