import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect, fromBytes, fromFile, fromText } from "../formats/bytes.ts";
import { tarArchive, type TarEntry } from "../formats/tar.ts";
import { type AssembledImage, assembleImage } from "./assemble.ts";
import { readDockerArchive } from "./docker-archive-read.ts";
import { flatten } from "./flatten.ts";
import { smallLayer } from "./layer.ts";
import { openLayout } from "./layout.ts";
import { parseReference } from "./reference.ts";
import { addImage } from "./transfer.ts";

const run = promisify(execFile);
let folder: string;
let image: AssembledImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-archive-"));
  const layer = await smallLayer((await tarArchive([{ path: "hello", data: fromText("hi") }])).stream());
  image = assembleImage({ architecture: "arm64", config: { Env: ["A=b"] }, layers: [layer] });
});
afterAll(() => rm(folder, { recursive: true }));

const archiveOf = (...entries: TarEntry[]) => tarArchive(entries);
const manifestJson = (value: unknown): TarEntry => ({
  path: "manifest.json",
  data: fromText(JSON.stringify(value)),
});

async function paths(source: Awaited<ReturnType<typeof archiveOf>>): Promise<string[]> {
  const found: string[] = [];
  for await (const { header } of flatten((await readDockerArchive(source, "a.tar")).image))
    found.push(header.path);
  return found;
}

describe("docker-archive", () => {
  test("reads what skopeo writes, with its tags", async () => {
    const layout = openLayout(join(folder, "layout"));
    await addImage(layout, parseReference("ghcr.io/a/b:v1"), image);
    const target = join(folder, "skopeo.tar");
    const [from, to] = [
      `oci:${join(folder, "layout")}:ghcr.io/a/b:v1`,
      `docker-archive:${target}:ghcr.io/a/b:v1`,
    ];
    await run("skopeo", ["--override-arch", "arm64", "copy", from, to]);
    const read = await readDockerArchive(await fromFile(target), target);
    expect(read.tags).toEqual(["ghcr.io/a/b:v1"]);
    expect(read.image.config).toMatchObject({ architecture: "arm64", config: { Env: ["A=b"] } });
    expect(await paths(await fromFile(target))).toEqual(["hello"]);
  });

  test("follows links between layers, as docker save writes them, and keeps a layer's compression", async () => {
    const [layer] = image.layers;
    const archive = await archiveOf(
      manifestJson([{ Config: "c.json", RepoTags: null, Layers: ["x/layer.tar"] }]),
      { path: "c.json", data: fromBytes(image.config) },
      { path: "x/layer.tar", type: "symlink", linkTarget: "../y/layer.tar" },
      { path: "y/layer.tar", data: layer!.content },
    );
    const { image: read, tags } = await readDockerArchive(archive, "a.tar");
    expect(tags).toEqual([]);
    expect(read.manifest.layers).toEqual([layer!.descriptor]);
    expect(await collect(read.blob(layer!.descriptor), 1 << 20)).toHaveLength(layer!.descriptor.size);
  });

  const config: TarEntry = { path: "c", data: fromText("{}") };
  test.each<[string, TarEntry[], string]>([
    ["no manifest.json", [config], "FORMAT_INVALID"],
    ["two images", [manifestJson([1, 2]), config], "REGISTRY_PROTOCOL"],
    ["a layer that is not there", [manifestJson([{ Config: "c", Layers: ["l"] }]), config], "FORMAT_INVALID"],
    [
      "a name that climbs out",
      [manifestJson([{ Config: "../c", Layers: [] }]), config],
      "ARCHIVE_PATH_ESCAPES",
    ],
    ["a file twice", [config, config], "FORMAT_INVALID"],
    [
      "links in a circle",
      [manifestJson([{ Config: "a", Layers: [] }]), { path: "a", type: "symlink", linkTarget: "a" }],
      "FORMAT_INVALID",
    ],
  ])("refuses %s", async (_name, entries, code) => {
    await expect(paths(await archiveOf(...entries))).rejects.toMatchObject({ code });
  });

  test("refuses bytes that are no archive", async () => {
    await expect(readDockerArchive(fromText("nothing".repeat(999)), "a")).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
    });
  });
});
