import { describe, expect, it } from "vitest";
import { lockOf, kernel, pinned } from "../../tests/helpers/small-lock.ts";
import { smallUpstream } from "../../tests/helpers/small-upstream.ts";
import { emptyContract } from "../talos/contract.ts";
import { imageFacts, withContracts } from "./image-facts.ts";
import type { ImageClues } from "../roles/import/repository.ts";

const at = { file: "n1.yaml", line: 1, column: 1 };
const listed = (...names: string[]): ImageClues => ({ list: { names, at }, schematics: [] });
const named = (facts: Awaited<ReturnType<typeof imageFacts>>) => facts.extensions?.map(({ name }) => name);
const watcher = "ghcr.io/acme/watcher:v1";
const lock = lockOf({
  [watcher]: {
    ...pinned("ghcr.io/acme/watcher"),
    name: "watcher",
    version: "1.0.0",
    contract: emptyContract(),
  },
});

describe("withContracts", () => {
  const facts = { source: "here", talos: "v1.13.6" };

  it("takes name, version, contract and kernel of the lock, for its architecture", async () => {
    expect(await withContracts([watcher, watcher], facts, { lock, arch: "arm64" })).toEqual({
      ...facts,
      contractSource: "lock",
      kernelRelease: kernel,
      extensions: [{ name: "watcher", version: "1.0.0", contract: emptyContract() }],
      faults: [],
    });
  });

  it("takes contracts of a lock without a version of one architecture where none is named", async () => {
    const found = await withContracts([watcher], facts, { lock });
    expect(found).toEqual({
      ...facts,
      contractSource: "lock",
      extensions: [{ name: watcher, contract: emptyContract() }],
      faults: [],
    });
  });

  it("takes nothing of a lock that has not all of them, nor of one for another Talos", async () => {
    for (const [names, talos] of [
      [[watcher, "zfs"], "v1.13.6"],
      [[watcher], "v1.13.7"],
    ] as const) {
      const found = await withContracts(names, { source: "here", talos }, { lock, arch: "arm64" });
      expect(found).toMatchObject({
        contractSource: "table",
        extensions: [{ name: watcher }, ...names.slice(1).map((name) => ({ name }))],
      });
      expect(found).not.toHaveProperty("kernelRelease");
      expect(found.extensions?.[0]).toEqual({ name: watcher });
    }
  });

  it("keeps what is no name of an extension as it is, about which nothing is known", async () => {
    const odd = "Not A Name";
    const found = await withContracts([odd, "siderolabs/zfs"], facts, {});
    expect(found.extensions?.map(({ name, contract }) => [name, contract !== undefined])).toEqual([
      [odd, false],
      ["zfs", true],
    ]);
  });

  it("asks the registry that it is given", async () => {
    const upstream = await smallUpstream();
    try {
      const found = await withContracts(["zfs"], facts, {
        arch: "arm64",
        registry: { client: upstream.client },
      });
      expect(found.contractSource).toBe("registry");
    } finally {
      await upstream.close();
    }
  });
});

describe("imageFacts", () => {
  it("takes what the user gave before everything, then the image, then clues", async () => {
    const image = { extensions: [{ name: "spin" }], source: "the image x", talos: "v1.13.5", faults: [] };
    const given = await imageFacts(listed("drbd"), { extensions: ["zfs"], image, talos: "v1.13.7" });
    expect([named(given), given.source, given.talos]).toEqual([
      ["zfs"],
      "as given with --extensions",
      "v1.13.7",
    ]);
    expect(await imageFacts(listed("drbd"), { image })).toEqual(image);
    expect(await imageFacts(listed("drbd"), { image, talos: "v1.13.7" })).toEqual({
      ...image,
      talos: "v1.13.7",
    });
    const clues = await imageFacts(listed("drbd"), { otherwise: "v1.13.4" });
    expect([named(clues), clues.talos, clues.contractSource]).toEqual([["drbd"], "v1.13.4", "table"]);
  });

  it("has no list where nothing tells one", async () => {
    expect(await imageFacts({ schematics: [] }, {})).toMatchObject({ extensions: undefined, faults: [] });
  });

  it("adds what the installer adds, up to Talos 1.9", async () => {
    const of = (talos: string | undefined, installed: string[]) =>
      imageFacts(listed("drbd"), { ...(talos === undefined ? {} : { talos }), installed });
    const old = await of("v1.9.5", ["zfs"]);
    expect([named(old), old.source]).toEqual([
      ["drbd", "zfs"],
      expect.stringMatching(/, and machine\.install\.extensions$/),
    ]);
    for (const facts of [
      await of("v1.9.5", []),
      await of("v1.10.0", ["zfs"]),
      await of(undefined, ["zfs"]),
    ]) {
      expect(named(facts)).toEqual(["drbd"]);
      expect(facts.source).not.toContain("machine.install.extensions");
    }
  });
});
