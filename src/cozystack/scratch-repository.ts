import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import { git } from "./git.ts";
import type { TreeFile } from "./tree.ts";

/** A repository of our own that sees the objects of a checkout: what is made in it never touches the checkout. */
export interface ScratchRepository {
  folder: string;
  /** Runs git with an index, and a work tree, of its own. */
  run: (args: readonly string[], where: Where) => Promise<string>;
  /** Puts a file's content among the objects, and returns its id. */
  store: (text: string) => Promise<string>;
}

interface Where {
  /** Name of an index; each begins empty. */
  index: string;
  /** Folder of a work tree. */
  workTree?: string;
}

/** Errors: TOOL_MISSING, TOOL_FAILED. */
export async function openScratchRepository(
  folder: string,
  { objects, format }: Checkout,
): Promise<ScratchRepository> {
  const repository = join(folder, "repository");
  await git(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, repository]);
  await writeFile(join(repository, "objects", "info", "alternates"), `${objects}\n`);
  return {
    folder,
    run: (args, { index, workTree }) =>
      git([...(workTree === undefined ? [] : ["-c", "core.bare=false", "-C", workTree]), ...args], {
        env: {
          GIT_DIR: repository,
          GIT_INDEX_FILE: join(folder, `${index}.index`),
          ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
        },
      }),
    store: async (text) =>
      (
        await git(["hash-object", "-w", "--stdin", "--no-filters"], {
          env: { GIT_DIR: repository },
          input: bytesOf(text),
        })
      ).trim(),
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Sets entries of an index. */
export const setEntries = (
  scratch: ScratchRepository,
  index: string,
  files: readonly TreeFile[],
): Promise<string> =>
  scratch.run(
    [
      "update-index",
      "--add",
      ...files.flatMap(({ mode, blob, path }) => ["--cacheinfo", `${mode},${blob},${path}`]),
    ],
    { index },
  );
