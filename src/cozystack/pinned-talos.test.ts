import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layoutFiles } from "./fixtures/layout-files.ts";
import { commitFiles, makeRepository } from "./fixtures/repository.ts";
import { pinnedTalos } from "./pinned-talos.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinned-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("is what the release's profile has, whatever is checked out", async () => {
  const clone = join(folder, "clone");
  await makeRepository(clone, layoutFiles("E", { script: "S8", talos: "v1.13.8" }), { tag: "v1.7.0" });
  await commitFiles(clone, layoutFiles("E", { script: "S8", talos: "v1.13.9" }));
  expect(await pinnedTalos(clone, "v1.7.0")).toBe("v1.13.8");
  expect(await pinnedTalos(clone, "v1.7.1")).toBeUndefined();
});

it("a folder that is no clone is an error", async () => {
  await expect(pinnedTalos(join(folder, "nowhere"), "v1.7.0")).rejects.toMatchObject({
    code: "NOT_A_CHECKOUT",
  });
});
