import { RolesError } from "../errors.ts";
import { alternatives } from "../roles/nearest.ts";
import type { Covered } from "./covered.ts";
import { extensionKey, isExtensionName } from "./extension-name.ts";

/** How the two images that are no extensions are called where something is looked up again. */
export const pinNames = { base: "base", bootFiles: "boot files" } as const;

/** What is to be looked up again, by the names in the lock. Errors: USAGE for a name that nothing in the roles has. */
export function updateNames(names: readonly string[], { roles }: Covered): string[] {
  const known = [
    ...new Set([
      ...Object.values(pinNames),
      ...Object.values(roles).flatMap(({ extensions }) => extensions.toSorted()),
    ]),
  ];
  return names.map((name) => {
    const key = !known.includes(name) && isExtensionName(name) ? extensionKey(name) : name;
    if (known.includes(key)) return key;
    throw new RolesError("USAGE", `there is no \`${name}\` in any role that could be looked up again`, {
      hint: `It is ${alternatives(known)}; without a name everything is looked up.`,
    });
  });
}
