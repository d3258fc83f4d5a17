import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainOutputs, smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { silent } from "../events.ts";
import { type ByteSource, collect, concat, fromBytes, slice } from "../formats/bytes.ts";
import { listSegments } from "../formats/segments.ts";
import { makerOf } from "./assets/table.ts";
import { openCache } from "./cache.ts";
import { openStore } from "./materials.ts";
import { planBuild, planTools } from "./plan.ts";
import type { AssetPlan, TargetPlan } from "./plan-model.ts";
import { type Finished, readBack } from "./read-back.ts";
import { toolVersions } from "./tool-versions.ts";
import { writeAsset } from "./write-asset.ts";

let small: SmallBuild;
let target: TargetPlan;
const finished = new Map<string, Finished>();

beforeAll(async () => {
  small = await smallBuild();
  const { roles, lock, upstream, cacheDir, out } = small;
  const plan = planBuild({ roles, lock, outputs: plainOutputs, tools: await toolVersions(planTools) });
  target = plan.targets.find(({ role }) => role === "gateway")!;
  const cache = await openCache(cacheDir);
  const materials = openStore({ cache, source: upstream.client, emit: silent }).of(target);
  for (const asset of target.assets) {
    const path = join(out, asset.path);
    await mkdir(dirname(path), { recursive: true });
    const task = { target, asset, materials, scratch: small.folder, signal: undefined };
    const recipe = await makerOf(asset.kind).recipe(task);
    finished.set(nameOf(asset), { asset, path, recipe, written: await writeAsset(path, recipe) });
  }
}, 60_000);
afterAll(() => small.close());

const nameOf = ({ kind, format }: AssetPlan): string => (format === undefined ? kind : format);
const bytesOf = (source: ByteSource): Promise<Uint8Array> => collect(source.stream(), 1 << 26);

/** Reads an asset back with other bytes in one of its files, and puts the right ones in their place again. */
async function withBytes(
  { path, ...rest }: Finished,
  change: (bytes: Buffer) => Uint8Array,
  file = "",
): Promise<unknown> {
  const whole = join(path, file);
  const before = await readFile(whole);
  await writeFile(whole, change(Buffer.from(before)));
  try {
    return await readBack({ path, ...rest }).catch((error: unknown) => error);
  } finally {
    await writeFile(whole, before);
  }
}

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = bytes[at]! ^ 1;
  return bytes;
};
const refused = (asset: AssetPlan, part: string | RegExp) =>
  expect.objectContaining({
    code: "READ_BACK_MISMATCH",
    message: expect.stringMatching(
      new RegExp(`^${asset.path} .*${typeof part === "string" ? part : part.source}`, "s"),
    ) as string,
  }) as Error;

describe("readBack", () => {
  it("is content with what was written", async () => {
    for (const one of finished.values()) await readBack(one);
    expect((await readBack(finished.get("uki")!)).extensions.map(({ name }) => name)).toEqual([
      "drbd",
      "zfs",
      "spin",
      "tailscale",
    ]);
  });

  it.each(["kernel", "cmdline"])("names %s when one byte of it is flipped", async (name) => {
    const one = finished.get(name)!;
    expect(await withBytes(one, flip(20))).toEqual(refused(one.asset, "its content was changed"));
  });

  it("names the segment of an initramfs in which one byte is flipped", async () => {
    const one = finished.get("initramfs")!;
    const segments = await listSegments(fromBytes(await readFile(one.path)));
    const parts = [
      "rootfs.sqsh",
      "drbd.sqsh",
      "zfs.sqsh",
      "spin.sqsh",
      "tailscale.sqsh",
      "modules.dep.sqsh",
      "extensions.yaml",
    ];
    expect(segments.length).toBe(parts.length);
    for (const [index, { offset, size }] of segments.entries())
      expect(await withBytes(one, flip(offset + size - 1))).toEqual(
        refused(one.asset, `initramfs: [^;]*${parts[index]!}[^;]* was changed`),
      );
  });

  it("names the section of a UKI in which one byte is flipped, and the segment in its initramfs", async () => {
    const one = finished.get("uki")!;
    const bytes = await readFile(one.path);
    const at = (text: string): number => bytes.indexOf(text);
    expect(await withBytes(one, flip(at("VERSION_ID")))).toEqual(
      refused(one.asset, "section .osrel was changed"),
    );
    expect(await withBytes(one, flip(at("talos.platform")))).toEqual(
      refused(one.asset, "section .cmdline was changed"),
    );
    expect(await withBytes(one, flip(0x99))).toEqual(refused(one.asset, "headers was changed"));
    expect(await withBytes(one, flip(at("zfs.sqsh")))).toEqual(
      refused(one.asset, ".initrd: zfs.sqsh was changed"),
    );
    expect(await withBytes(one, flip(bytes.length - 1))).toEqual(refused(one.asset, "was changed"));
  });

  it("names the layer of an installer in which one byte is flipped", async () => {
    const archive = finished.get("docker-archive")!;
    const bytes = await readFile(archive.path);
    expect(await withBytes(archive, flip(bytes.indexOf("zfs.sqsh")))).toEqual(
      refused(archive.asset, "layer 2 of 2, the boot files was changed"),
    );
    expect(await withBytes(archive, flip(bytes.indexOf("RepoTags")))).toEqual(
      refused(archive.asset, "manifest.json was changed"),
    );
    const layout = finished.get("oci-layout")!;
    for (const [file, part] of layoutFiles(layout))
      expect(await withBytes(layout, flip(20), file)).toEqual(refused(layout.asset, `${part} was changed`));
  });

  it("names a file of a layout that is missing, and one that should not be there", async () => {
    const { path, ...rest } = finished.get("oci-layout")!;
    const [[file, part] = ["", ""]] = layoutFiles({ path, ...rest });
    const before = await readFile(join(path, file));
    await rm(join(path, file));
    await writeFile(join(path, "more"), "");
    const error: unknown = await readBack({ path, ...rest }).catch((error: unknown) => error);
    expect(error).toEqual(refused(rest.asset, `${part} is missing`));
    expect(error).toEqual(refused(rest.asset, "more should not be there"));
    await rm(join(path, "more"));
    await writeFile(join(path, file), before);
  });

  it("names both segments when two are swapped", async () => {
    const one = finished.get("initramfs")!;
    const error = await withBytes(one, (bytes) => bytes);
    expect(error).toMatchObject({ talosVersion: "v1.13.6" });
    const source = fromBytes(await readFile(one.path));
    const [base, drbd, zfs, ...rest] = (await listSegments(source)).map(({ offset, size }) =>
      slice(source, offset, offset + size),
    );
    const swapped = await bytesOf(concat(base!, zfs!, drbd!, ...rest));
    const found = await withBytes(one, () => swapped);
    expect(found).toEqual(refused(one.asset, "drbd.sqsh was changed"));
    expect(found).toEqual(refused(one.asset, "zfs.sqsh was changed"));
  });

  it("names a layer that was dropped", async () => {
    const one = finished.get("initramfs")!;
    const source = fromBytes(await readFile(one.path));
    const segments = (await listSegments(source)).map(({ offset, size }) =>
      slice(source, offset, offset + size),
    );
    const dropped = await bytesOf(concat(...segments.filter((_, index) => index !== 3)));
    const found = await withBytes(one, () => dropped);
    expect(found).toEqual(refused(one.asset, "extensions.yaml lists spin.sqsh, which is not there"));
  });

  it("names what the image holds and the plan does not, though every byte is as it was written", async () => {
    const one = finished.get("uki")!;
    const expected = { ...one.recipe.expected, cmdline: "another", kernelRelease: "1.2.3" };
    const error = await readBack({ ...one, recipe: { ...one.recipe, expected } }).catch(
      (error: unknown) => error,
    );
    expect(error).toEqual(refused(one.asset, "kernelRelease is 6.18.1-talos, planned is 1.2.3"));
    expect(error).toEqual(refused(one.asset, "cmdline is talos.platform=metal .*, planned is another"));
  });
});

function layoutFiles({ recipe }: Finished): [file: string, part: string][] {
  if (!("files" in recipe)) throw new Error("no layout");
  return recipe.files.map(({ path, name }) => [path, name ?? path]);
}
