import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, collect, concat, fromBytes, fromText } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { streamTool } from "../formats/run-tool.ts";
import { tarLayout } from "../formats/tar.ts";
import { assembleImage, type Layer } from "./assemble.ts";
import { dockerArchive } from "./docker-archive.ts";
import { storedLayer } from "./layer.ts";

const all = (source: ByteSource) => collect(source.stream(), 1 << 26);
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const text = Buffer.from("a kernel that nobody has compressed yet. ".repeat(20_000));

const packed = async (data: Uint8Array): Promise<ByteSource> =>
  fromBytes(
    await collect(streamTool("gzip", ["-1", "-n", "-c"], { input: fromBytes(data).stream() }), 1 << 26),
  );

async function expectWhole({ content, descriptor, diffId }: Layer, tar: ByteSource): Promise<void> {
  const bytes = await all(content);
  expect(bytes.length).toBe(descriptor.size);
  expect(`sha256:${hash(bytes)}`).toBe(descriptor.digest);
  const inner = gunzipSync(bytes);
  expect(hash(inner)).toBe(hash(await all(tar)));
  expect(`sha256:${hash(inner)}`).toBe(diffId);
}

describe("storedLayer", () => {
  it("without a packed part is one member, also of nothing", async () => {
    for (const tar of [fromText(""), fromText("abc"), fromBytes(text)])
      await expectWhole(await storedLayer(tar), tar);
  });

  it("with a packed part anywhere unpacks to the whole tar", async () => {
    const member = await packed(text);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 70_000 }),
        fc.uint8Array({ maxLength: 70_000 }),
        async (before, after) => {
          const tar = concat(fromBytes(before), fromBytes(text), fromBytes(after));
          const part = { offset: before.length, size: text.length, member };
          const layer = await storedLayer(tar, part);
          await expectWhole(layer, tar);
          expect(layer.descriptor.size).toBeLessThan(before.length + after.length + text.length / 10);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("a layer of several gzip members", () => {
  let folder = "";
  let layer: Layer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "layer-"));
    const { archive, contentAt } = await tarLayout([
      { path: "first", data: fromText("1") },
      { path: "kernel", data: fromBytes(text) },
      { path: "last", data: fromText("3") },
    ]);
    const part = { offset: contentAt[1]!, size: text.length, member: await packed(text) };
    layer = await storedLayer(archive, part);
    await writeFileWhole(join(folder, "layer.tar.gz"), layer.content.stream());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read by gzip, pigz and tar", () => {
    const file = join(folder, "layer.tar.gz");
    for (const program of ["gzip", "pigz"]) {
      const inner = execFileSync(program, ["-dc", file], { maxBuffer: 1 << 26 });
      expect(`sha256:${hash(inner)}`).toBe(layer.diffId);
    }
    execFileSync("tar", ["-xzf", file, "-C", folder]);
    expect(hash(readFileSync(join(folder, "kernel")))).toBe(hash(text));
    expect(readFileSync(join(folder, "last"), "utf8")).toBe("3");
  });

  it("is read by skopeo, which holds every layer against its digests", async () => {
    const image = assembleImage({ architecture: "arm64", layers: [layer] });
    const file = join(folder, "image.tar");
    await writeFileWhole(file, (await dockerArchive(image, ["localhost/x:v1"])).stream());
    const copy = join(folder, "copy");
    // Without compression it has to unpack what it was given.
    execFileSync("skopeo", [
      "copy",
      "--insecure-policy",
      "--dest-decompress",
      `docker-archive:${file}`,
      `dir:${copy}`,
    ]);
    expect(hash(readFileSync(join(copy, layer.diffId.slice(7))))).toBe(layer.diffId.slice(7));
  });
});
