import { RolesError } from "../errors.ts";

/**
 * The plain relative form of an archive entry's path: no leading `./` or `/`, no empty or `.` parts, no trailing `/`; the root is "".
 * A leading `/` means the archive's own root, as cpio and squashfs use it; set `allowAbsolute` to accept it.
 * Errors: ARCHIVE_PATH_ESCAPES for `..`, NUL, or an absolute path that is not allowed.
 */
export function safePath(path: string, { allowAbsolute = false } = {}): string {
  const refuse = (reason: string): RolesError =>
    new RolesError(
      "ARCHIVE_PATH_ESCAPES",
      `the archive has an entry ${JSON.stringify(path)}, which ${reason}`,
      {
        hint: "Do not use this archive: well-made ones have no such entry.",
      },
    );
  if (path.includes("\0")) throw refuse("has a NUL in its name");
  if (path.startsWith("/") && !allowAbsolute) throw refuse("is an absolute path");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refuse("climbs out of its root");
  return parts.join("/");
}
