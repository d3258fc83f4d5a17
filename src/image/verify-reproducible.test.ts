import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { type RolesEvent, silent } from "../events.ts";
import { firstDifference, verifyReproducible } from "./verify-reproducible.ts";

const folder = mkdtempSync(join(tmpdir(), "verify-"));
let small: SmallBuild;
beforeAll(async () => {
  small = await smallBuild();
}, 60_000);
afterAll(async () => {
  await small.close();
  rmSync(folder, { recursive: true });
});

const options = () => ({
  roles: small.roles,
  lock: small.lock,
  source: small.upstream.client,
  out: small.out,
  cacheDir: small.cacheDir,
  outputs: ["cmdline", "uki", "installer", "iso"] as const,
  only: ["gateway"],
  emit: silent,
});

describe("verifyReproducible", () => {
  it("finds the same bytes in other surroundings, and leaves its own as they were", async () => {
    const before = { umask: process.umask(), tz: process.env["TZ"], home: process.env["HOME"] };
    const notes: string[] = [];
    const emit = (event: RolesEvent): void => void (event.type === "note" && notes.push(event.text));
    await verifyReproducible({ ...options(), emit }, await small.build({ ...options() }));
    expect(notes).toEqual([expect.stringContaining("time zone, language, home and umask")]);
    expect({ umask: process.umask(), tz: process.env["TZ"], home: process.env["HOME"] }).toEqual(before);
  }, 120_000);

  it("names the first file and byte that differ", async () => {
    const report = await small.build({ ...options() });
    const uki = report.assets.find(({ kind }) => kind === "uki")!;
    const assets = report.assets.map((asset) =>
      asset === uki ? { ...asset, sha256: "0".repeat(64) } : asset,
    );
    const path = join(small.out, uki.path);
    writeFileSync(path, "MZ?");
    await expect(verifyReproducible(options(), { ...report, assets })).rejects.toMatchObject({
      code: "NOT_REPRODUCIBLE",
      details: [{ file: uki.path, byte: 2 }],
    });
  }, 120_000);
});

describe("firstDifference", () => {
  it.each([
    ["the same", "the same", undefined],
    ["", "", undefined],
    ["abc", "abd", 2],
    ["abc", "abcd", 3],
    ["x".repeat(70_000), `${"x".repeat(69_999)}y`, 69_999],
  ])("of two files", async (one, other, at) => {
    writeFileSync(join(folder, "one"), one);
    writeFileSync(join(folder, "other"), other);
    expect(await firstDifference(join(folder, "one"), join(folder, "other"))).toBe(at);
    expect(await firstDifference(join(folder, "one"), join(folder, "gone"))).toBe(0);
  });
});
