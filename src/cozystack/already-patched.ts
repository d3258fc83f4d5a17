import { RolesError } from "../errors.ts";
import type { Source } from "./source.ts";

/** Refuses a checkout that has the patch, in whole or in part. Errors: ALREADY_PATCHED. */
export function refusePatched({ script, makefile, dockerfile }: Source): void {
  const marks = [
    { file: script, found: /^FIRMWARES="\$\{FIRMWARES-/m },
    { file: makefile, found: /^IMAGE_SUFFIX \?=/m },
    { file: dockerfile, found: /^ARG ARCH=amd64$/m },
  ];
  const patched = marks.filter(({ file, found }) => found.test(file.text)).map(({ file }) => file.path);
  if (patched.length === 0) return;
  const all = patched.length === marks.length;
  throw new RolesError(
    "ALREADY_PATCHED",
    all ? "this checkout is patched already" : `this checkout is patched in part: ${patched.join(", ")}`,
    {
      hint: all
        ? "Nothing is left to do. For the patch itself, give the commit before it with `--ref`."
        : "Check out the unpatched files first: `git checkout` the commit before the patch.",
      details: patched.map((path) => ({ path })),
    },
  );
}
