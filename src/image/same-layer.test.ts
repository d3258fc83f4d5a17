import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromText } from "../formats/bytes.ts";
import { makeSquashfs } from "../formats/squashfs.ts";
import { tarStream, type TarStreamEntry } from "../formats/tar.ts";
import { layerFault } from "./same-layer.ts";

let folder: string;
let layer: string;
type Plain = Pick<TarStreamEntry, "path" | "type" | "mode" | "linkTarget"> & { text?: string };

/** Everything that a layer can have, in an order that no reader gives. */
const all: Plain[] = [
  { path: "usr/local/bin/tool", mode: 0o4755, text: "tool" },
  { path: "usr/local/bin/again", mode: 0o755, text: "tool" },
  { path: "usr/local", type: "directory", mode: 0o700 },
  { path: "usr/local/empty", type: "directory", mode: 0o1777 },
  { path: "usr/local/bin/link", type: "symlink", mode: 0o777, linkTarget: "tool" },
  { path: "usr/local/bin/lank", type: "symlink", mode: 0o777, linkTarget: "../ü x" },
  { path: "etc/nothing", mode: 0o600, text: "" },
  { path: 'etc/ü "quoted" \\ name', mode: 0o644, text: "name" },
  { path: "etc/large", mode: 0o644, text: "large".repeat(100_000) },
];
// oxlint-disable-next-line require-await
async function* entries(plain: readonly Plain[]): AsyncGenerator<TarStreamEntry> {
  for (const { text = "", ...entry } of plain) {
    const data = fromText(text);
    yield { ...entry, size: data.size, body: data.stream() };
  }
}
const faultOf = (plain: readonly Plain[], compression: "zstd" | "xz" = "zstd") =>
  layerFault(layer, entries(plain), { compression });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "same-layer-"));
  layer = join(folder, "layer.sqsh");
  await makeSquashfs({ tar: tarStream(entries(all)), output: layer, level: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

describe("layerFault", () => {
  it("finds nothing against the layer of these entries, whatever their order", async () => {
    expect(await faultOf(all)).toBeUndefined();
    expect(await faultOf(all.toReversed())).toBeUndefined();
  });

  it.each(all.map((entry) => [entry.path, entry] as const))(
    "misses nothing about %s",
    async (path, entry) => {
      const others = all.filter((one) => one !== entry);
      const changed: Plain = { ...entry, mode: (entry.mode ?? 0) ^ 0o001 };
      if (entry.type !== "symlink") expect(await faultOf([...others, changed])).toContain("another");
      expect(await faultOf(others)).toBeTypeOf("string");
      expect(await faultOf([...all, { ...entry, path: `${path}2` }])).toContain("lacks");
      if (entry.text)
        expect(await faultOf([...others, { ...entry, text: entry.text.toUpperCase() }])).toContain("another");
      if (entry.linkTarget)
        expect(await faultOf([...others, { ...entry, linkTarget: "x" }])).toContain("another");
    },
  );

  it("throws what is wrong with the entries, and tells what is wrong with the layer", async () => {
    const broken = async function* (): AsyncGenerator<TarStreamEntry> {
      yield* entries(all);
      throw new Error("of the extension");
    };
    await expect(layerFault(layer, broken(), { compression: "zstd" })).rejects.toThrow("of the extension");
    expect(await faultOf(all, "xz")).toContain("zstd");
    expect(await layerFault(join(folder, "none"), entries(all), { compression: "zstd" })).toContain("none");
  });
});
