import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockText, parseLock, writeLock } from "../../src/catalog/lock-file.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { silent } from "../../src/events.ts";
import { ended, startCli } from "../helpers/cli.ts";
import { adr, one, rolesOf } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let upstream: SmallUpstream;
let folder: string;
let texts: string[];
const path = () => join(folder, "roles.lock.json");
const mirror = () => `ghcr.io=${upstream.registry.url}`;

beforeAll(async () => {
  upstream = await smallUpstream();
  folder = await mkdtemp(join(tmpdir(), "lock-process-"));
  const made = [adr, one("drbd")].map((text) =>
    makeLock(rolesOf(text), { client: upstream.client, emit: silent }),
  );
  const locks = await Promise.all(made);
  texts = locks.map(lockText);
  await Promise.all(locks.map((lock, index) => writeLock(join(folder, `${index}.json`), lock)));
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});

function startWriter(): ChildProcess {
  const script = join(import.meta.dirname, "..", "helpers", "lock-writer.ts");
  const sources = [0, 1].map((index) => join(folder, `${index}.json`));
  return spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, path(), ...sources], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
const gone = (child: ChildProcess) => new Promise((resolve) => child.once("close", resolve));
const ready = (child: ChildProcess) => new Promise((resolve) => child.stdout?.once("data", resolve));
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("kill -9", () => {
  it("at any moment of writing leaves the one lock or the other, whole", { timeout: 120_000 }, async () => {
    for (const delay of [0, 1, 2, 3, 5, 8, 13, 21, 34]) {
      const child = startWriter();
      const end = gone(child);
      await ready(child);
      await pause(delay);
      child.kill("SIGKILL");
      await end;
      expect(texts).toContain(await readFile(path(), "utf8"));
    }
  });

  it(
    "at any moment of the command leaves the old lock or the new one, and the next run makes the new one",
    { timeout: 120_000 },
    async () => {
      const [before = ""] = texts;
      await writeFile(join(folder, "roles.yaml"), one("drbd"));
      const run = () => startCli(["lock", "--mirror", mirror(), "--cache-dir", "cache"], { cwd: folder });
      const seen = new Set<string>();
      for (const delay of [200, 500, 800, 1100, 1400, 1700]) {
        await writeFile(path(), before);
        const child = run();
        const end = gone(child);
        await Promise.race([pause(delay), end]);
        child.kill("SIGKILL");
        await end;
        seen.add(await readFile(path(), "utf8"));
      }
      expect([before, texts[1]]).toEqual(expect.arrayContaining([...seen]));
      expect((await ended(run())).status).toBe(0);
      expect(await readFile(path(), "utf8")).toBe(texts[1]);
    },
  );
});

describe("two at once", () => {
  it("each write whole locks, and a third reader sees nothing else", async () => {
    const writers = [startWriter(), startWriter()];
    const ends = writers.map(gone);
    await Promise.all(writers.map(ready));
    for (let reads = 0; reads < 200; reads += 1) {
      const text = await readFile(path(), "utf8");
      parseLock(text, path());
      expect(texts).toContain(text);
    }
    for (const writer of writers) writer.kill("SIGKILL");
    await Promise.all(ends);
  });

  it("two commands with one cache make the same lock", async () => {
    await rm(path(), { force: true });
    await writeFile(join(folder, "roles.yaml"), adr);
    const args = ["lock", "--mirror", mirror(), "--cache-dir", "shared"];
    const runs = [startCli(args, { cwd: folder }), startCli(args, { cwd: folder })].map(ended);
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual([0, 0]);
    expect(await readFile(path(), "utf8")).toBe(texts[0]);
    const left = await readdir(join(folder, "shared"), { recursive: true });
    expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
