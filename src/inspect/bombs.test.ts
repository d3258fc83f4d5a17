import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collect, fromBytes, fromText, sha256 as hashOf, slice, zeros } from "../formats/bytes.ts";
import { cpioArchive } from "../formats/cpio.ts";
import { fromExtents } from "../formats/extents.ts";
import { gptExtents } from "../formats/gpt.ts";
import { layOut, PARTITION_TYPE } from "../formats/gpt-layout.ts";
import { openKnown } from "./known.ts";
import { unpackDisk } from "./unpack-disk.ts";
import { unpackInitramfs } from "./unpack.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bombs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("an initramfs that is small and unpacks to much", () => {
  const archive = (sizes: readonly number[]) =>
    cpioArchive(
      sizes.map((size, index) => ({ path: `f${index}`, mode: 0o100644, data: zeros(size), ino: index + 1 })),
    );
  const packed = async (sizes: readonly number[]) => {
    const input = await collect(archive(sizes).stream(), 1 << 26);
    const first = cpioArchive([{ path: "init", mode: 0o100755, data: fromText("x") }]);
    const plain = await collect(first.stream(), 4096);
    return fromBytes(Buffer.concat([plain, execFileSync("zstd", ["-c"], { input })]));
  };
  const limits = { bytes: 10 << 20, entries: 20 };

  test.each([
    ["bytes", [9 << 20], [9 << 20, 2 << 20]],
    ["entries", Array<number>(19).fill(0), Array<number>(20).fill(0)],
  ])("in %s", async (_, good, bad) => {
    const unpack = async (sizes: readonly number[]) => {
      const source = await packed(sizes);
      const sha256 = await hashOf(source.stream());
      return unpackInitramfs(source, { folder, sha256, known: openKnown(), limits });
    };
    const { files } = await unpack(good);
    expect(files.size).toBe(good.length + 1);
    await expect(unpack(bad)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
  });
});

test("a disk image with a frame of zeros without end is refused before anything is written", async () => {
  const partitions = [{ name: "EFI", type: PARTITION_TYPE.efiSystem, size: 5000 }];
  const disk = fromExtents(3 << 20, gptExtents(layOut({ size: 3 << 20, label: "d", partitions })));
  const head = await collect(slice(disk, 0, 1 << 16).stream(), 1 << 16);
  const path = join(folder, "disk.raw.zst");
  const real = execFileSync("zstd", ["-c"], { input: head });
  writeFileSync(path, Buffer.concat([real, zerosFrame(1 << 17), zerosFrame(1 << 19)]));
  await expect(unpackDisk(path, folder)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
  expect(readdirSync(folder)).toEqual(["disk.raw.zst"]);
});

/** A zstd frame of blocks that each say one byte 131,072 times, in four bytes. Format: RFC 8878, 3.1.1. */
function zerosFrame(blocks: number): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]);
  const body = Buffer.alloc(blocks * 4);
  for (let at = 0; at < blocks; at += 1)
    body.writeUIntLE((131_072 << 3) | 2 | (at === blocks - 1 ? 1 : 0), at * 4, 3);
  return Buffer.concat([header, body]);
}
