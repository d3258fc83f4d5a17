import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { survivesDamage } from "../../tests/helpers/hostile.ts";
import { isRolesError } from "../errors.ts";
import { byteReader } from "./byte-reader.ts";
import { type ByteSource, collect, fromBytes, fromText } from "./bytes.ts";
import { decompress } from "./compression.ts";
import { cpioArchive, type CpioEntry } from "./cpio.ts";
import { readCpio } from "./cpio-read.ts";
import { fromExtents } from "./extents.ts";
import { listFat, readFatFile } from "./fat-read.ts";
import { makeFat } from "./fat.ts";
import { peStub } from "./fixtures/pe-stub.ts";
import { gptExtents } from "./gpt.ts";
import { layOut, PARTITION_TYPE } from "./gpt-layout.ts";
import { readGpt } from "./gpt-read.ts";
import { readPe, sectionData } from "./pe.ts";
import { appendSections } from "./pe-append.ts";
import { listSegments, readSegment } from "./segments.ts";
import { makeSquashfs } from "./squashfs.ts";
import { parseDefinitions } from "./squashfs-listing.ts";
import { listSquashfs, readSquashfs } from "./squashfs-read.ts";
import { tarArchive } from "./tar.ts";
import { readTar } from "./tar-read.ts";
import { walkXzStream } from "./xz-stream.ts";
import { walkZstdFrame } from "./zstd-frame.ts";

const folder = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LIMIT = 1 << 26;
const bytesOf = (source: ByteSource): Promise<Uint8Array> => collect(source.stream(), LIMIT);
const cpioFile = (path: string, text: string): CpioEntry => ({ path, mode: 0o100644, data: fromText(text) });
const archive = cpioArchive([cpioFile("init", "#!"), cpioFile("usr/x", "y".repeat(900)), cpioFile("z", "")]);

/** Chunks of every size, also empty ones. */
async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    yield new Uint8Array();
  }
}

async function drain(entries: AsyncIterable<{ body: AsyncIterable<Uint8Array> }>): Promise<number> {
  let total = 0;
  for await (const { body } of entries) for await (const chunk of body) total += chunk.length;
  return total;
}

describe("every reader survives hostile bytes", () => {
  test("cpio", async () => {
    await survivesDamage(await bytesOf(archive), async (bytes) => drain(readCpio(chunked(bytes, 100))));
  });

  test("tar", async () => {
    const tar = await tarArchive([
      { path: "a", data: fromText("x".repeat(700)), xattrs: { "user.x": "y" } },
      { path: "l".repeat(200), type: "symlink", linkTarget: "t".repeat(200) },
      { path: "b", uid: 3_000_000, data: fromText("z") },
    ]);
    await survivesDamage(await bytesOf(tar), async (bytes) => drain(readTar(chunked(bytes, 333))), {
      numRuns: 1000,
    });
  });

  test("PE", async () => {
    const image = await appendSections(fromBytes(peStub()), [{ name: ".linux", data: fromText("kernel") }]);
    await survivesDamage(await bytesOf(image), async (bytes) => {
      const source = fromBytes(bytes);
      for (const section of (await readPe(source)).sections) {
        const data = sectionData(source, section);
        expect((await bytesOf(data)).length).toBe(data.size);
      }
    });
    await survivesDamage(peStub(), async (bytes) => bytesOf(await appendSections(fromBytes(bytes), [])));
  });

  test("GPT", async () => {
    const partitions = [{ name: "EFI", type: PARTITION_TYPE.efiSystem, size: 5000 }];
    const disk = fromExtents(3 << 20, gptExtents(layOut({ size: 3 << 20, label: "d", partitions })));
    const bytes = await bytesOf(disk);
    await survivesDamage(bytes.subarray(0, 4096), async (head) =>
      readGpt(fromBytes(Buffer.concat([head, bytes.subarray(4096)]))),
    );
  });

  test("zstd frames and xz streams", async () => {
    const input = Buffer.concat([Buffer.alloc(3000, "talos"), Buffer.alloc(5000, 7)]);
    const zstd = execFileSync("zstd", ["-q", "-c"], { input });
    const xz = execFileSync("xz", ["-c", "-0"], { input });
    await survivesDamage(zstd, async (bytes) => walkZstdFrame(byteReader(chunked(bytes, 7))));
    await survivesDamage(xz, async (bytes) => walkXzStream(byteReader(chunked(bytes, 7))));
    for (const compression of ["zstd", "xz", "gzip"] as const) {
      const packed = execFileSync(compression, ["-c"], { input });
      await survivesDamage(
        packed,
        async (bytes) => collect(decompress(chunked(bytes, 50), compression), LIMIT),
        {
          numRuns: 40,
        },
      );
    }
  });

  test("segments of an initramfs", async () => {
    const plain = await bytesOf(archive);
    const packed = ["zstd", "xz", "gzip"].map((program) => execFileSync(program, ["-c"], { input: plain }));
    const read = async (bytes: Buffer): Promise<void> => {
      const source = fromBytes(bytes);
      for (const segment of await listSegments(source)) await drain(readSegment(source, segment));
    };
    await survivesDamage(Buffer.concat([plain, ...packed]), read, { numRuns: 100 });
  });

  test("squashfs", async () => {
    const path = join(folder, "image.sqsh");
    const tar = await tarArchive([
      { path: "usr/bin/x", data: fromText("x".repeat(200_000)) },
      { path: "usr/link", type: "symlink", linkTarget: "bin" },
      { path: "usr/y", data: fromText("y") },
    ]);
    await makeSquashfs({ tar: tar.stream(), output: path, level: 1 });
    const read = async (bytes: Buffer): Promise<void> => {
      const each = join(folder, "damaged.sqsh");
      writeFileSync(each, bytes);
      await listSquashfs(each);
      await drain(readSquashfs(each));
    };
    await survivesDamage(readFileSync(path), read, { numRuns: 150, milliseconds: 10_000 });
  });

  test("the listing of a squashfs image", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "a D 1 755 0 0",
        "b R 1 644 0 0 5 0",
        "c S 1 777 0 0 x",
        "d L b",
        "e\\ f I 1 644 0 0 s",
      ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        try {
          parseDefinitions(lines.map((one) => `${one}\n`).join(""));
          return true;
        } catch (error) {
          return isRolesError(error, "ARCHIVE_INVALID");
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("FAT", async () => {
    const path = join(folder, "esp");
    await makeFat({
      output: path,
      size: 34 << 20,
      label: "EFI",
      files: [{ path: "EFI/a.efi", data: fromText("a") }],
    });
    const good = readFileSync(path);
    const root = good.indexOf("EFI        ", 4096);
    const read = async (bytes: Buffer): Promise<void> => {
      const each = join(folder, "damaged");
      writeFileSync(
        each,
        Buffer.concat([
          bytes.subarray(0, 4096),
          good.subarray(bytes.length, root),
          bytes.subarray(4096),
          good.subarray(root + 4096),
        ]),
      );
      for (const file of await listFat({ path: each }))
        await collect(readFatFile({ path: each }, file), LIMIT);
    };
    const parts = Buffer.concat([good.subarray(0, 4096), good.subarray(root, root + 4096)]);
    await survivesDamage(parts, read, { numRuns: 25, milliseconds: 20_000 });
  });
});
