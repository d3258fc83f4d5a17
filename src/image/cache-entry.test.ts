import type * as files from "node:fs/promises";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readEntry, writeEntryList } from "./cache-entry.ts";

type Files = typeof files;

/** What another build does just before this one looks whether there is a folder. */
let meanwhile: (() => Promise<void>) | undefined;
vi.mock("node:fs/promises", async (original) => {
  const real = await original<Files>();
  const stat = async (...args: Parameters<Files["stat"]>) => {
    await meanwhile?.();
    meanwhile = undefined;
    return real.stat(...args);
  };
  return { ...real, stat };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "entry-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("a piece that appears between two looks is whole, and no damaged one", async () => {
  const [made, target] = [join(folder, "made"), join(folder, "target")];
  await mkdir(made);
  await writeFile(join(made, "layer"), "content");
  await writeEntryList(made);
  meanwhile = () => rename(made, target);
  expect(await readEntry(target)).toMatchObject({ cached: true, files: { layer: { bytes: 7 } } });
});

it("a folder that stays without its list is damaged", async () => {
  await expect(readEntry(folder)).rejects.toMatchObject({ code: "CACHE_DAMAGED" });
});
