import { describe, expect, it } from "vitest";
import { schematicId } from "../catalog/schematic/id.ts";
import type { ImageClues, SchematicClue } from "../roles/import/repository.ts";
import type { ScalarNode } from "../talos/config/tree.ts";
import { readConfig } from "../talos/config/document.ts";
import { listFromClues } from "./image-list.ts";

const at = { file: "omni.yaml", line: 1, column: 1 };
const scalar = (text: string): ScalarNode => ({ kind: "scalar", value: text, text, at });

function schematic(names: readonly string[], used: boolean, file = "s.yaml"): SchematicClue {
  const text = `customization: {systemExtensions: {officialExtensions: [${names.join(", ")}]}}\n`;
  const [found] = readConfig(text, file).others;
  if (!found) throw new Error("no schematic");
  return { root: found.root, at: { ...at, file }, used };
}

const list = (reference: string | undefined, clues: Partial<ImageClues> = {}) =>
  listFromClues({
    schematics: [],
    ...(reference === undefined ? {} : { reference: scalar(reference) }),
    ...clues,
  });
const idOf = (...names: string[]) => schematicId({ officialExtensions: names });
const factory = (id: string) => `factory.talos.dev/installer/${id}:v1.13.6`;

describe("the extensions of an image", () => {
  it("are the layout's own list before all else, without the owner before their names", () => {
    const names = ["siderolabs/zfs", "acme/siderolabs/tool"];
    const clues = { list: { names, at }, schematics: [schematic([], true)] };
    expect(list(factory(idOf("siderolabs/drbd")), clues)).toEqual({
      names: ["zfs", "acme/siderolabs/tool"],
      source: "the list in omni.yaml",
      talos: "v1.13.6",
    });
  });

  it("are those of the schematic whose id is in use, and not of one that lies beside it", () => {
    const mine = schematic(["siderolabs/lldpd", "siderolabs/crun"], false, "mine.yaml");
    const found = list(factory(idOf("siderolabs/lldpd", "siderolabs/crun")), {
      schematics: [schematic(["siderolabs/zfs"], true, "other.yaml"), mine],
    });
    expect(found.names).toEqual(["lldpd", "crun"]);
    expect(found.source).toContain("mine.yaml");
    expect(found.drift).toBeUndefined();
    expect(found.schematic).toBe(mine.root);
  });

  it("are those of a known id, and the schematic in use that says otherwise is named with both ids", () => {
    const id = idOf("siderolabs/zfs");
    const own = idOf("siderolabs/drbd");
    const { names, drift, source } = list(factory(id), {
      schematics: [
        schematic(["siderolabs/iscsi-tools"], false, "a.yaml"),
        schematic(["siderolabs/drbd"], true),
      ],
    });
    expect(names).toEqual(["zfs"]);
    expect(source).toContain(`${id.slice(0, 12)}…`);
    expect(source).not.toContain(id);
    expect(drift?.file).toBe("s.yaml");
    expect(drift?.message).toMatch(new RegExp(`id ${own.slice(0, 12)}…, .*in use ${id.slice(0, 12)}…`));
  });

  it("drift only from a schematic that must be the one: not from one of several that lie about", () => {
    const id = idOf("siderolabs/zfs");
    const beside = [schematic(["siderolabs/drbd"], false), schematic(["siderolabs/spin"], false, "t.yaml")];
    expect(list(factory(id), { schematics: beside }).drift).toBeUndefined();
    expect(list(factory(id), { schematics: beside.slice(0, 1) }).drift?.file).toBe("s.yaml");
    expect(list(factory(id)).drift).toBeUndefined();
  });

  it("cannot be told from an id of no known list", () => {
    const { names, source, drift } = list(factory("0".repeat(64)), {
      schematics: [schematic(["siderolabs/drbd"], true)],
    });
    expect(names).toBeUndefined();
    expect(source).toContain("000000000000…");
    expect(drift?.file).toBe("s.yaml");
  });

  it("are none for the plain installer, CozyStack's for CozyStack's, and a guess is only a hint", () => {
    expect(list("ghcr.io/siderolabs/installer:v1.13.6")).toMatchObject({ names: [], talos: "v1.13.6" });
    expect(list("ghcr.io/cozystack/cozystack/talos:v1.12.6").names).toEqual(
      expect.arrayContaining(["drbd", "zfs"]),
    );
    expect(list("ghcr.io/me/talos-zfs:v1.13.6")).toMatchObject({ names: undefined, hints: ["zfs"] });
    const nothing = list("ghcr.io/me/talos:v1.13.6");
    expect(nothing).not.toHaveProperty("hints");
    expect(nothing.source).toContain("none whose contents are known");
    expect(list(undefined).source).toContain("neither an image nor a list");
  });

  it("of a schematic in use are its own where no image is named", () => {
    expect(list(undefined, { schematics: [schematic(["siderolabs/zfs"], true)] })).toMatchObject({
      names: ["zfs"],
      source: "the schematic in s.yaml",
    });
    expect(list(undefined, { schematics: [schematic(["siderolabs/zfs"], false)] }).names).toBeUndefined();
  });
});
