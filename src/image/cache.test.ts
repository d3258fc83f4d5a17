import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RolesEvent } from "../events.ts";
import { openCache } from "./cache.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cache-"));
});
afterEach(() => rm(folder, { recursive: true }));

const key = "ab".repeat(32);
const writer =
  (text: string, made: string[] = []) =>
  async (target: string) => {
    made.push(text);
    await writeFile(join(target, "layer"), text);
  };
const left = async () => readdir(join(folder, "v1", "tmp"));

describe("openCache", () => {
  it("makes a piece once and finds it again", async () => {
    const made: string[] = [];
    const first = await (await openCache(folder)).piece("segment", key, writer("one", made));
    const second = await (await openCache(folder)).piece("segment", key, writer("two", made));
    expect([first.cached, second.cached, made]).toEqual([false, true, ["one"]]);
    expect(await readFile(second.files["layer"]!.path, "utf8")).toBe("one");
    expect(await left()).toEqual([]);
  });

  it("makes a piece once that is asked for twice at the same time", async () => {
    const made: string[] = [];
    const cache = await openCache(folder);
    await Promise.all([1, 2].map(() => cache.piece("segment", key, writer("one", made))));
    expect(made).toEqual(["one"]);
  });

  it("takes what another build has put there meanwhile", async () => {
    const [one, other] = [await openCache(folder), await openCache(folder)];
    const entry = await one.piece("segment", key, async (target) => {
      await other.piece("segment", key, writer("same"));
      await writeFile(join(target, "layer"), "same");
    });
    expect(await readFile(entry.files["layer"]!.path, "utf8")).toBe("same");
    expect(await left()).toEqual([]);
  });

  it.each([
    ["a flipped byte", async (path: string) => writeFile(path, "onf")],
    ["a file cut short", async (path: string) => writeFile(path, "on")],
    ["a missing file", async (path: string) => rm(path)],
    ["a broken list", async (path: string) => writeFile(join(path, "..", "piece.json"), "{")],
    ["a missing list", async (path: string) => rm(join(path, "..", "piece.json"))],
  ])("notices %s, says so and makes the piece again", async (_, damage) => {
    const { files } = await (await openCache(folder)).piece("segment", key, writer("one"));
    await damage(files["layer"]!.path);
    const events: RolesEvent[] = [];
    const cache = await openCache(folder, (event) => events.push(event));
    const entry = await cache.piece("segment", key, writer("one"));
    expect(entry.cached).toBe(false);
    expect(await readFile(entry.files["layer"]!.path, "utf8")).toBe("one");
    expect(events).toMatchObject([{ type: "note", level: "warning" }]);
    expect(await readdir(join(folder, "v1", "segment", "ab"))).toEqual([key]);
  });

  it("leaves nothing behind when making fails, and can make it later", async () => {
    const cache = await openCache(folder);
    const failing = cache.piece("segment", key, async (target) => {
      await writeFile(join(target, "layer"), "half");
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    });
    await expect(failing).rejects.toMatchObject({ code: "NO_SPACE" });
    expect(await left()).toEqual([]);
    expect((await cache.piece("segment", key, writer("one"))).cached).toBe(false);
  });

  it("removes what a killed build left a day ago, and nothing younger", async () => {
    const [old, young] = ["work-old", "work-young"].map((name) => join(folder, "v1", "tmp", name));
    await mkdir(old!, { recursive: true });
    await mkdir(young!);
    await utimes(old!, 0, 0);
    await openCache(folder);
    expect(await left()).toEqual(["work-young"]);
  });

  it("says what to do when its folder cannot be used", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(openCache(join(folder, "file"))).rejects.toMatchObject({ code: "CACHE_DAMAGED" });
  });
});
