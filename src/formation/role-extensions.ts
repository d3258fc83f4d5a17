import { extensionKey } from "../catalog/extension-name.ts";
import type { Role } from "../roles/model.ts";

/** The names by which a role's extensions are found in an image: of a reference, the last part of its repository. */
export const roleExtensions = ({ extensions }: Role): string[] =>
  extensions.map((written) => {
    const key = extensionKey(written);
    return /[/:@]/.test(key) ? (key.split("@")[0]?.split("/").at(-1)?.split(":")[0] ?? key) : key;
  });
