import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { one } from "../../tests/helpers/roles-texts.ts";
import { silent } from "../events.ts";
import { collect, fromFile } from "../formats/bytes.ts";
import { readIsoBoot } from "../formats/iso-read.ts";
import { makerOf } from "./assets/table.ts";
import { openCache } from "./cache.ts";
import { openStore } from "./materials.ts";
import { planBuild, planTools } from "./plan.ts";
import { type Finished, readBack } from "./read-back.ts";
import { toolVersions } from "./tool-versions.ts";
import { writeAsset } from "./write-asset.ts";

/** Where boot files lie, and more: nothing in a small image is farther from its EFI partition's beginning. */
const PIECE = 48 << 20;

let small: SmallBuild;
let manager: Buffer;
const finished: Record<string, Finished> = {};

beforeAll(async () => {
  small = await smallBuild({ text: one("spin", "images: {diskCompression: none}\n") });
  const { roles, lock, upstream, cacheDir, out } = small;
  const tools = await toolVersions(planTools);
  const [target] = planBuild({ roles, lock, outputs: ["iso", "metal"], tools }).targets;
  const cache = await openCache(cacheDir);
  const materials = openStore({ cache, source: upstream.client, emit: silent }).of(target!);
  const boot = await materials.bootFiles();
  manager = Buffer.from(await collect(boot.bootManager().stream(), 1 << 20));
  for (const asset of target!.assets.filter(({ kind }) => kind !== "spdx")) {
    const path = join(out, asset.path);
    await mkdir(dirname(path), { recursive: true });
    const scratch = join(small.folder, `scratch-${asset.kind}`);
    await mkdir(scratch);
    const task = { target: target!, asset, materials, scratch, signal: undefined };
    const recipe = await makerOf(asset.kind).recipe(task);
    finished[asset.kind] = { asset, path, recipe, written: await writeAsset(path, recipe) };
  }
}, 120_000);
afterAll(() => small.close());

/** Reads it back with one byte flipped of what lies in its EFI partition, and puts the right one in its place again. */
async function withFlip(kind: string, content: Buffer): Promise<unknown> {
  const { path } = finished[kind]!;
  const start = kind === "iso" ? (await readIsoBoot(await fromFile(path))).offset : 1 << 20;
  const file = await open(path, "r+");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PIECE), 0, PIECE, start);
    const found = buffer.subarray(0, bytesRead).indexOf(content);
    expect(found).toBeGreaterThan(0);
    const at = found + content.length - 2;
    await file.write(Buffer.from([buffer[at]! ^ 1]), 0, 1, start + at);
    const result = await readBack(finished[kind]!).catch((error: unknown) => error);
    await file.write(buffer, at, 1, start + at);
    return result;
  } finally {
    await file.close();
  }
}

const refused = (part: string) =>
  expect.objectContaining({
    code: "READ_BACK_MISMATCH",
    message: expect.stringContaining(part) as string,
  }) as Error;

it.each(["iso", "disk"])("an image of kind %s is whole before anything is flipped in it", async (kind) => {
  await readBack(finished[kind]!);
});

it.each([
  ["iso", "EFI/BOOT/BOOTAA64.EFI"],
  ["disk", "EFI/boot/BOOTAA64.efi"],
])("one byte of the boot manager of %s is noticed", async (kind, path) => {
  expect(await withFlip(kind, manager)).toEqual(refused(`${path} was changed`));
});

it.each(["iso", "disk"])("one byte of the boot menu of %s is noticed", async (kind) => {
  expect(await withFlip(kind, Buffer.from("timeout 10\n"))).toEqual(
    refused("loader/loader.conf was changed"),
  );
});

it("what is missing on the EFI partition, is too much there, or lies in other partitions is noticed", async () => {
  const { recipe, ...rest } = finished["disk"]!;
  const { bootFiles = [], table, ...expected } = recipe.expected;
  const [first, ...others] = bootFiles;
  const judge = (changes: object) =>
    readBack({ ...rest, recipe: { ...recipe, expected: { ...recipe.expected, ...changes } } });
  await expect(judge({ bootFiles: others })).rejects.toEqual(refused(`${first!.path} should not be there`));
  await expect(judge({ bootFiles: [...bootFiles, { ...first!, path: "EFI/x" }] })).rejects.toEqual(
    refused("EFI/x is missing"),
  );
  await expect(judge({ table: { ...table, sectorSize: 4096 } })).rejects.toEqual(refused("table is"));
  expect(expected.kind).toBe("disk");
});
