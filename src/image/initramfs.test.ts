import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { type ByteSource, collect, concat, fromBytes, fromText } from "../formats/bytes.ts";
import { cpioArchive } from "../formats/cpio.ts";
import { readCpio } from "../formats/cpio-read.ts";
import { zstdStored } from "../formats/stored.ts";
import { initramfs } from "./initramfs.ts";
import type { Segment } from "./segment.ts";

const archive = (path: string, content: string) =>
  zstdStored(cpioArchive([{ path, mode: 0o100644, data: fromText(content) }], { padTo: 512 }));
const stock = archive("init", "stock");

const segment = (name: string, microcode: Partial<Segment["microcode"]> = {}): Segment => ({
  file: `${name}.sqsh`,
  layer: "",
  layerSha256: "",
  bytes: archive(`${name}.sqsh`, name),
  manifest: { name, version: "1.2.3", author: "Tests", description: "d: #", compatibility: ">= 1.9.0" },
  microcode: { intel: undefined, amd: undefined, ...microcode },
});
const bytes = (source: ByteSource) => collect(source.stream(), 1 << 24);

async function unpacked(zstdPart: Uint8Array): Promise<[string, string][]> {
  const folder = await mkdtemp(join(tmpdir(), "initramfs-"));
  await writeFile(join(folder, "x"), zstdPart);
  const plain = execFileSync("zstd", ["-dcq", join(folder, "x")]);
  await rm(folder, { recursive: true });
  return list(plain);
}

async function list(plain: Uint8Array): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const { header, body } of readCpio(fromBytes(plain).stream()))
    found.push([header.path, Buffer.from(await collect(body, 1 << 20)).toString()]);
  return found;
}

it("is the stock initramfs byte for byte without segments", async () => {
  expect(await bytes(initramfs(stock, []))).toEqual(await bytes(stock));
});

it("has the segments in order after the stock part, and extensions.yaml last", async () => {
  const found = await unpacked(
    await bytes(initramfs(stock, [segment("drbd"), segment("spin"), segment("modules.dep")])),
  );
  expect(found.map(([path]) => path)).toEqual([
    "init",
    "drbd.sqsh",
    "spin.sqsh",
    "modules.dep.sqsh",
    "extensions.yaml",
  ]);
  expect(parse(found.at(-1)![1])).toEqual({
    layers: ["drbd", "spin", "modules.dep"].map((name) => ({
      image: `${name}.sqsh`,
      metadata: {
        name,
        version: "1.2.3",
        author: "Tests",
        description: "d: #",
        compatibility: { talos: { version: ">= 1.9.0" } },
      },
    })),
  });
});

it("begins with the microcode of all extensions, plain, where the kernel looks for it", async () => {
  const source = initramfs(stock, [
    segment("a", { intel: fromText("one,") }),
    segment("b", { intel: fromText("two"), amd: fromText("amd") }),
  ]);
  const all = Buffer.from(await bytes(source));
  const zstd = all.indexOf(Buffer.of(0x28, 0xb5, 0x2f, 0xfd));
  expect(await list(all.subarray(0, zstd))).toEqual([
    ["kernel", ""],
    ["kernel/x86", ""],
    ["kernel/x86/microcode", ""],
    ["kernel/x86/microcode/AuthenticAMD.bin", "amd"],
    ["kernel/x86/microcode/GenuineIntel.bin", "one,two"],
  ]);
  expect(zstd % 512).toBe(0);
  expect((await unpacked(all.subarray(zstd))).map(([path]) => path)[0]).toBe("init");
});

it("gives any part of itself as the whole has it", async () => {
  const source = concat(initramfs(stock, [segment("a", { amd: fromText("x") }), segment("b")]));
  const all = await bytes(source);
  expect(Buffer.compare(await collect(source.stream(100, 1500), 1 << 20), all.subarray(100, 1500))).toBe(0);
});
