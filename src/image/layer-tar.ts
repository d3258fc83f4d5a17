import { RolesError } from "../errors.ts";
import { safePath } from "../formats/safe-path.ts";
import type { TarStreamEntry, TarType } from "../formats/tar.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import type { FirmwareStash } from "./firmware.ts";

export interface LayerOptions {
  /** Where firmware goes instead of into the layer. */
  stash: FirmwareStash;
  /** Names the extension in errors. */
  where: string;
}

/** Permission bits that a folder always has, so that its owner can enter it. Facts §2.2. */
const OWNER = 0o700;
const allowed: readonly TarType[] = ["file", "directory", "symlink"];

/**
 * The entries of an extension's squashfs layer, from those of its root file system as they come. Firmware goes to the stash.
 * Errors: EXTENSION_INVALID, ARCHIVE_PATH_ESCAPES.
 */
export async function* layerEntries(
  entries: AsyncIterable<ReadTarEntry>,
  { stash, where }: LayerOptions,
): AsyncGenerator<TarStreamEntry> {
  const known = new Map<string, TarType>();
  for await (const { header, body } of entries) {
    const path = safePath(header.path);
    const { type, mode, size, linkTarget } = header;
    if (!allowed.includes(type))
      throw invalid(where, `/${path} is a ${type}; an extension has files, folders and symbolic links`);
    checkParents(path, known, where);
    known.set(path, type);
    if (path === "") continue;
    if (stash.takes(path)) await stash.add({ header: { ...header, path }, body });
    else if (type === "symlink") yield { path, type, mode, size: 0, linkTarget, body };
    else yield { path, type, mode: type === "directory" ? mode | OWNER : mode, size, body };
  }
}

/** An entry below something that is no folder would leave the image by a symbolic link. */
function checkParents(path: string, known: ReadonlyMap<string, TarType>, where: string): void {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    const parent = known.get(path.slice(0, at)) ?? "directory";
    if (parent !== "directory")
      throw new RolesError(
        "ARCHIVE_PATH_ESCAPES",
        `${where}: /${path} lies below a ${parent}, not a folder`,
        {
          hint: "Do not use this extension: a well-made one has no such entry.",
        },
      );
  }
}

const invalid = (where: string, reason: string) =>
  new RolesError("EXTENSION_INVALID", `${where}: ${reason}`, {
    hint: "Report it to the extension's author.",
  });
