import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ByteSource, fromFile, lent, sourceSha256 } from "../formats/bytes.ts";
import { copyFileWhole, makeWhole, writeFileWhole } from "../formats/files.ts";
import { makeFolderWhole } from "../formats/whole-folder.ts";
import type { Recipe } from "./assets/asset.ts";
import { telling } from "./progress.ts";

/** What was written, as it was meant to be. */
export interface Written {
  /** Hex; for a folder what names all of it. */
  sha256: string;
  bytes: number;
  /** Every file by its path in the folder; a single file is "". */
  files: Record<string, { sha256: string; bytes: number }>;
}

interface WriteOptions {
  signal?: AbortSignal | undefined;
  /** Told now and then how much of a file is written. */
  tell?: (bytes: number, totalBytes: number) => void;
}

/** Writes an asset whole or not at all, and says what its bytes were meant to be. Errors: NO_SPACE, BUILD_INTERRUPTED, those of the recipe. */
export async function writeAsset(path: string, recipe: Recipe, options: WriteOptions = {}): Promise<Written> {
  if ("content" in recipe) return single(await writeHashed(path, recipe.content, options));
  if ("write" in recipe) {
    await makeWhole(path, recipe.write);
    const file = await fromFile(path);
    return single({ sha256: await sourceSha256(file), bytes: file.size });
  }
  const files: Written["files"] = {};
  await makeFolderWhole(path, async (temporary) => {
    for (const file of recipe.files)
      files[file.path] = await writeHashed(join(temporary, file.path), file.data, options);
  });
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return { sha256: recipe.identity, bytes, files };
}

const single = (file: { sha256: string; bytes: number }): Written => ({ ...file, files: { "": file } });

async function writeHashed(
  path: string,
  content: ByteSource,
  { signal, tell = () => {} }: WriteOptions,
): Promise<{ sha256: string; bytes: number }> {
  if (content.path !== undefined) {
    await copyFileWhole(content.path, path);
    return { sha256: await sourceSha256(content), bytes: content.size };
  }
  const hash = createHash("sha256");
  let bytes = 0;
  await writeFileWhole(path, passing());
  return { sha256: hash.digest("hex"), bytes };

  async function* passing(): AsyncGenerator<Uint8Array> {
    for await (const chunk of telling(lent(content), (done) => tell(done, content.size))) {
      signal?.throwIfAborted();
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
}
