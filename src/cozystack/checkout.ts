import { resolve } from "node:path";
import { RolesError, isRolesError } from "../errors.ts";
import { gitAsUser } from "./git.ts";
import { type TreeFile, parseTree } from "./tree.ts";

/** A commit of CozyStack in a repository on this computer, which is only read. */
export interface Checkout {
  directory: string;
  commit: string;
  /** Release tag of the commit, such as `v1.6.2`; null where it has none. */
  tag: string | null;
  /** Folder of git's objects, and their format. */
  objects: string;
  format: string;
}

/**
 * Finds the commit that `ref` names in the repository at `directory`; without `ref` it is the checkout in hand.
 * Errors: NOT_A_CHECKOUT, TOOL_MISSING.
 */
export async function openCheckout(directory: string, ref?: string): Promise<Checkout> {
  const run = (...args: string[]) => gitAsUser(["-C", directory, ...args]).then((text) => text.trimEnd());
  try {
    const [format = "", objects = ""] = (
      await run("rev-parse", "--show-object-format", "--git-path", "objects")
    ).split("\n");
    const commit = await run("rev-parse", "--verify", "--quiet", `${ref ?? "HEAD"}^{commit}`);
    const tags = (await run("tag", "--points-at", commit)).split("\n");
    return {
      directory,
      commit,
      tag: tags.find((tag) => /^v?\d+\.\d+\.\d+/.test(tag)) ?? null,
      objects: resolve(directory, objects),
      format,
    };
  } catch (cause) {
    if (!isRolesError(cause, "TOOL_FAILED")) throw cause;
    throw new RolesError("NOT_A_CHECKOUT", notCheckout(directory, ref, cause.message), {
      hint: "Clone CozyStack with git, check out the release that you run, and give that folder.",
      cause,
    });
  }
}

function notCheckout(directory: string, ref: string | undefined, message: string): string {
  const reason = /dubious ownership/.test(message)
    ? "git does not trust this folder, because another user owns it (`git config --global --add safe.directory`)"
    : /cannot change to/.test(message)
      ? "there is no such folder"
      : /not a git repository/.test(message)
        ? "it is no git repository"
        : `git finds no commit ${ref ?? "HEAD"} in it`;
  return `${directory} is not a checkout of CozyStack: ${reason}`;
}

/** Every file below `paths` in the commit. Errors: TOOL_FAILED. */
export async function listFiles(
  { directory, commit }: Checkout,
  paths: readonly string[],
): Promise<TreeFile[]> {
  // From the top of the repository, wherever in it `directory` is.
  return parseTree(
    await gitAsUser(["-C", directory, "ls-tree", "-r", "-z", "--full-tree", commit, "--", ...paths]),
  );
}

/** Content of a file of the commit, byte for byte: no filter or line-end setting has touched it. */
export const readBlob = ({ directory }: Checkout, blob: string): Promise<string> =>
  gitAsUser(["-C", directory, "cat-file", "blob", blob]);

/** Refuses a checkout whose files differ from its commit: a patch made from the commit would not fit them. Errors: CHECKOUT_DIRTY. */
export async function refuseDirty({ directory }: Checkout, paths: readonly string[]): Promise<void> {
  const status = await gitAsUser([
    "-C",
    directory,
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=no",
    "--no-renames",
    "--",
    ...paths.map((path) => `:/${path}`),
  ]);
  const changed = status.split("\0").flatMap((entry) => (entry === "" ? [] : [entry.slice(3)]));
  if (changed.length === 0) return;
  throw new RolesError(
    "CHECKOUT_DIRTY",
    `${directory} has changes that are not committed: ${list(changed)}`,
    {
      hint: "Commit or stash them, or make the patch for a commit with `--ref HEAD`.",
      details: changed.map((path) => ({ path })),
    },
  );
}

const list = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(", ") : `${paths.slice(0, 5).join(", ")} and ${paths.length - 5} more`;
