import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { directoryStore } from "../../src/oci/registry/directory-store.ts";
import { publishBig } from "../helpers/big-extension.ts";
import { buildCli, type BuiltCli } from "../helpers/measured-cli.ts";
import { one } from "../helpers/roles-texts.ts";
import { founding, smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let folder: string;
let upstream: SmallUpstream;
let cli: BuiltCli;

const names = ["big", "large", "huge", "vast"];
beforeAll(async () => {
  cli = await buildCli();
  folder = await mkdtemp(join(tmpdir(), "lock-memory-"));
  upstream = await smallUpstream(founding, { store: directoryStore(join(folder, "store")) });
  for (const name of names) await publishBig(upstream, name, folder);
}, 120_000);
afterAll(async () => {
  await Promise.all([upstream.close(), cli.remove()]);
  await rm(folder, { recursive: true });
});

/** Peaks of runs of `lock`, MiB, before each of which a part of the cache is forgotten. */
async function peaks(extensions: readonly string[], forgotten: readonly string[]): Promise<number[]> {
  const references = extensions.map((name) => `ghcr.io/acme/${name}:v1`);
  await writeFile(join(folder, "roles.yaml"), one(references.join(", ")));
  const lock = ["lock", "--mirror", `ghcr.io=${upstream.registry.url}`, "--cache-dir", "cache"];
  const found: number[] = [];
  for (const forget of forgotten) {
    await rm(join(folder, "cache", forget), { recursive: true, force: true });
    await rm(join(folder, "roles.lock.json"), { force: true });
    const { status, peak } = await cli.run(lock, folder);
    expect(status).toBe(0);
    found.push(peak);
  }
  return found;
}

/** 150 MB, in MiB. */
const bar = 150e6 / 2 ** 20;

// First everything is fetched; then the layers come from the cache, and are read again because what was read from them is gone.
const everything = ".";
const facts = "facts";

// Where other programs have the processors, Node collects what is no longer needed late: what counts is what it takes when it can.
it.each([
  { text: "an extension of 100 MB, each time", extensions: ["big"], runs: 2 },
  { text: "two at once", extensions: ["big", "large"], runs: 1 },
  { text: "four at once", extensions: names, runs: 1 },
])(
  "contracts are read with less than 150 MB of memory: $text",
  { timeout: 240_000, retry: 2 },
  async (scene) => {
    const forgotten = [everything, facts].flatMap((forget) => Array<string>(scene.runs).fill(forget));
    for (const peak of await peaks(scene.extensions, forgotten)) {
      expect(peak).toBeGreaterThan(30);
      expect(peak).toBeLessThan(bar);
    }
  },
);
