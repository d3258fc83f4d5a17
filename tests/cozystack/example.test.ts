import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { layoutFiles } from "../../src/cozystack/fixtures/layout-files.ts";
import { makeRepository } from "../../src/cozystack/fixtures/repository.ts";
import { git } from "../../src/cozystack/git.ts";
import { patchCozystack } from "../../src/cozystack/patch.ts";
import { files } from "../../scripts/generate/cozystack-example.ts";
import { runInside } from "../helpers/cli.ts";

const root = join(import.meta.dirname, "../..");
const example = join(root, "examples/cozystack-arm64");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "example-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("every file in it is what its command makes now, and there is no other", async () => {
  const made = await files();
  for (const [path, text] of Object.entries(made))
    expect(await readFile(join(root, path), "utf8")).toBe(text);
  const there = (await readdir(example, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const byHand = ["README.md", "roles.yaml"].map((name) => `examples/cozystack-arm64/${name}`);
  expect(there.sort()).toEqual([...Object.keys(made), ...byHand].sort());
});

it("its patch applies to the shape that it names, and is the one that is proven there", async () => {
  const checkout = join(folder, "shape");
  await makeRepository(checkout, layoutFiles("F"));
  const file = join(example, "patches/cozystack.patch");
  await git(["-C", checkout, "apply", "--check", file]);
  const { patch } = await patchCozystack(checkout);
  expect((await readFile(file, "utf8")).endsWith(`\n\n${patch}`)).toBe(true);
});

it("check finds nothing wrong with it, and its workflow is current", async () => {
  expect((await runInside(["check", "--json"], example)).status).toBe(0);
  const words =
    "ci github --engine cozystack --arm-runner ubuntu-24.04-arm --out .github/workflows/talos-images.yaml --check";
  expect(await runInside(words.split(" "), example)).toMatchObject({ status: 0, err: "" });
});

it("one node has the gateway's document, and no other has any of tailscale", async () => {
  const names = (await readdir(join(example, "machine"))).filter((name) => /^[a-z]\d\.yaml$/.test(name));
  const documents = await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(example, "machine", name), "utf8") })),
  );
  const withTailscale = documents.filter(({ text }) => text.includes("tailscale")).map(({ name }) => name);
  expect(withTailscale).toEqual(["g1.yaml"]);
  for (const { text } of documents) {
    for (const document of parseAllDocuments(text)) expect(document.errors).toEqual([]);
    expect(text).toMatch(/image: ghcr\.io\/urmanac\/moon\/talos-(?:compute|gateway):v1\.13\.6/);
  }
});
