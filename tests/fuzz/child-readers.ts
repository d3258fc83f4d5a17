import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, fromText } from "../../src/formats/bytes.ts";
import { decompress } from "../../src/formats/compression.ts";
import { listFat, readFatFile } from "../../src/formats/fat-read.ts";
import { makeFat } from "../../src/formats/fat.ts";
import { makeSquashfs } from "../../src/formats/squashfs.ts";
import { listSquashfs, readSquashfs } from "../../src/formats/squashfs-read.ts";
import { tarArchive } from "../../src/formats/tar.ts";
import { fuzzReader, type FuzzReader } from "./reader.ts";

const most = 1 << 24;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function squashfs(folder: string): Promise<Uint8Array> {
  const path = join(folder, "good.sqsh");
  const tar = await tarArchive([
    { path: "usr/bin/x", data: fromText("x".repeat(9000)) },
    { path: "usr/link", type: "symlink", linkTarget: "bin" },
  ]);
  await makeSquashfs({ tar: tar.stream(), output: path, level: 1 });
  return readFileSync(path);
}

async function readSquashfsWhole(path: string): Promise<unknown> {
  const listed = await listSquashfs(path);
  for await (const { body } of readSquashfs(path, { limit: most })) for await (const _ of body);
  return listed.map(({ type }) => type);
}

function overwriteHead(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, fatHead, 0);
  closeSync(file);
}

/** The first sectors, the allocation table and the root folder of a FAT file system: where its structure lies. */
const fatHead = 4096;

/** Readers that start another program for each input. */
export async function childReaders(): Promise<FuzzReader[]> {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  const fatPath = join(folder, "esp");
  await makeFat({
    output: fatPath,
    size: 34 << 20,
    label: "EFI",
    files: [{ path: "EFI/a.efi", data: fromText("a") }],
  });
  const head = readFileSync(fatPath).subarray(0, fatHead);
  const damaged = join(folder, "damaged");
  const input = Buffer.concat([Buffer.alloc(300, "talos"), Buffer.alloc(50, 7)]);
  return [
    fuzzReader("squashfs", {
      child: true,
      seeds: [await squashfs(folder)],
      words: ["hsqs", "\xff\xff\xff\xff\xff\xff\xff\xff"],
      read: (bytes) => {
        writeFileSync(damaged, bytes);
        return readSquashfsWhole(damaged);
      },
    }),
    fuzzReader("fat", {
      child: true,
      seeds: [head],
      words: ["\x55\xaa", "FAT32   ", "\xff\xff\xff\x0f"],
      read: async (bytes) => {
        overwriteHead(fatPath, Buffer.concat([bytes, head.subarray(bytes.length)]));
        const files = await listFat({ path: fatPath });
        for (const file of files) await collect(readFatFile({ path: fatPath }, file), most);
        return files.length;
      },
    }),
    ...(["zstd", "xz"] as const).map((compression) =>
      fuzzReader(`decompress-${compression}`, {
        child: true,
        seeds: [execFileSync(compression, ["-c"], { input })],
        words: ["\x28\xb5\x2f\xfd", "\xfd7zXZ\0", "YZ"],
        read: async (bytes) => (await collect(decompress(once(bytes), compression), most)).length > 0,
      }),
    ),
  ];
}
