import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { violations } from "../../tests/helpers/json-schema.ts";
import { adr, one, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { founding, smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import type { RolesEvent } from "../events.ts";
import { changeLine } from "./change.ts";
import { parseLock, readLock } from "./lock-file.ts";
import { checkLockFile, ensureLock, updateLock } from "./update-lock.ts";

let upstream: SmallUpstream;
let folder: string;
let cacheDir: string;
let events: RolesEvent[];
const registry = () => ({
  client: upstream.client,
  emit: (event: RolesEvent) => void events.push(event),
  cacheDir,
});
const roles = (text: string = adr) => rolesOf(text, join(folder, "roles.yaml"));
const path = () => join(folder, "roles.lock.json");
const text = () => readFileSync(path(), "utf8");

beforeAll(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), "cache-"));
  upstream = await smallUpstream();
});
afterAll(async () => {
  rmSync(cacheDir, { recursive: true });
  await upstream.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("updateLock", () => {
  it("writes a lock that its JSON Schema knows, and leaves it alone when nothing moved", async () => {
    expect(await updateLock(roles(), registry())).toMatchObject({
      created: true,
      written: true,
      changes: [],
    });
    const schema = JSON.parse(readFileSync("schemas/roles.lock.schema.json", "utf8")) as unknown;
    expect(violations(JSON.parse(text()), schema)).toEqual([]);
    expect(await updateLock(roles(), registry())).toMatchObject({
      created: false,
      written: false,
      changes: [],
    });
  });

  it("resolves everything before it writes anything", async () => {
    await expect(updateLock(roles(adr.replace("tailscale", "tailscape")), registry())).rejects.toMatchObject({
      code: "EXTENSION_UNKNOWN",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes nothing when it is interrupted", async () => {
    const controller = new AbortController();
    const stopping = {
      ...registry(),
      signal: controller.signal,
      emit: () => controller.abort(new Error("stop")),
    };
    await expect(updateLock(roles(), stopping)).rejects.toThrow("stop");
    expect(readdirSync(folder)).not.toContain("roles.lock.json");
  });

  it("never leaves a broken file when several write at once", async () => {
    const texts = [adr, one("drbd"), one("zfs, spin"), adr];
    const reads: Promise<unknown>[] = [];
    const writers = texts.map(async (roles_) => updateLock(roles(roles_), registry()));
    const reading = setInterval(() => reads.push(readLock(path())), 2);
    await Promise.all(writers);
    clearInterval(reading);
    await Promise.all(reads);
    expect((await readLock(path()))?.lockVersion).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(["roles.lock.json"]);
  });
});

describe("checkLockFile", () => {
  it("is fresh after a lock, also when purposes, counts and order of roles change", async () => {
    await updateLock(roles(), registry());
    expect(await checkLockFile(roles(), registry())).toEqual({ fresh: true, changes: [] });
    const other = adr.replace("count: 1", "count: 2\n    purpose: other");
    expect(await checkLockFile(roles(other), undefined)).toEqual({ fresh: true, changes: [] });
  });

  it.each<[string, (text: string) => string, string[]]>([
    ["an added extension", (t) => t.replace("spin]", "spin, tailscale]"), ["tailscale added in compute"]],
    ["a removed extension", (t) => t.replace("zfs, ", ""), ["zfs 2.4.3-v1.13.6 removed in compute, gateway"]],
    [
      "another Talos",
      (t) => t.replace("v1.13.6", "v1.13.7"),
      ["talos v1.13.6 → v1.13.7 in compute, gateway"],
    ],
    [
      "another architecture",
      (t) => t.replace("arch: arm64", "arch: [amd64, arm64]"),
      ["role compute arm64 → amd64, arm64 in compute", "role gateway arm64 → amd64, arm64 in gateway"],
    ],
    ["a new role", (t) => `${t}  edge: {like: compute}\n`, ["role edge arm64 added in edge"]],
    [
      "a role that went",
      (t) => t.slice(0, t.indexOf("  gateway")),
      ["role gateway arm64 removed in gateway"],
    ],
    [
      "kernel arguments",
      (t) => t.replace("    count: 1", "    kernelArgs: [quiet]"),
      [expect.stringMatching(/^settings of gateway \(arm64\) \w{12} → \w{12} in gateway$/) as string],
    ],
    [
      "the order of extensions",
      (t) => t.replace("drbd, zfs", "zfs, drbd"),
      [
        expect.stringContaining("settings of compute") as string,
        expect.stringContaining("settings of gateway") as string,
      ],
    ],
    [
      "the schematic in images",
      (t) => `${t}images: {schematicExtension: true}\n`,
      [
        expect.stringContaining("settings of compute") as string,
        expect.stringContaining("settings of gateway") as string,
      ],
    ],
    [
      "the size of sectors",
      (t) => `${t}images: {sectorSize: 4096}\n`,
      ["images.sectorSize 512 → 4096 in compute, gateway"],
    ],
    [
      "the size of sectors beside something else",
      (t) => `${t.replace("    count: 1", "    kernelArgs: [quiet]")}images: {sectorSize: 4096}\n`,
      [
        expect.stringContaining("settings of compute") as string,
        expect.stringContaining("settings of gateway") as string,
      ],
    ],
  ])("tells %s from the roles file alone", async (_, edit, expected) => {
    await updateLock(roles(), registry());
    const { fresh, changes } = await checkLockFile(roles(edit(adr)), undefined);
    expect({ fresh, lines: changes.map(changeLine) }).toEqual({ fresh: false, lines: expected });
  });

  it("tells what moved in the registry, with versions", async () => {
    const other = await smallUpstream();
    const moving = { ...registry(), client: other.client };
    await updateLock(roles(), moving);
    await other.publish("drbd", { ...founding["drbd"]!, version: "9.2.16-v1.13.6" });
    expect(await checkLockFile(roles(), moving)).toEqual({
      fresh: false,
      changes: [
        { what: "drbd", from: "9.2.14-v1.13.6", to: "9.2.16-v1.13.6", roles: ["compute", "gateway"] },
      ],
    });
    const added = await checkLockFile(roles(adr.replace("spin]", "spin, tailscale]")), moving);
    expect(added.changes.map(changeLine)).toContain("tailscale 1.98.5 added in compute");
    await other.close();
  });

  it("gives a role another key with another size of sectors, which its published image carries", async () => {
    const keys = async (text: string) => {
      const { lock } = await updateLock(roles(text), registry());
      return Object.values(lock.roles).map(({ arm64 }) => arm64?.inputsKey);
    };
    const [small, large] = [await keys(adr), await keys(`${adr}images: {sectorSize: 4096}\n`)];
    expect(small.filter((key) => large.includes(key))).toEqual([]);
  });

  it("says that there is none", async () => {
    await expect(checkLockFile(roles(), undefined)).rejects.toMatchObject({ code: "LOCK_MISSING" });
  });
});

describe("ensureLock", () => {
  it("writes one first and says so, then gives it without asking anyone", async () => {
    const lock = await ensureLock(roles(), registry());
    expect(events[0]).toMatchObject({
      type: "note",
      text: expect.stringContaining("written first") as string,
    });
    upstream.registry.requests.length = 0;
    expect(await ensureLock(roles(), { ...registry(), mode: "frozen" })).toEqual(lock);
    expect(upstream.registry.requests).toEqual([]);
  });

  it("stops at a stale one and shows the changes", async () => {
    await ensureLock(roles(), registry());
    const stale = roles(adr.replace("spin]", "spin, tailscale]"));
    for (const mode of ["write", "frozen"] as const)
      await expect(ensureLock(stale, { ...registry(), mode })).rejects.toMatchObject({
        code: "LOCK_STALE",
        message: expect.stringContaining("tailscale added in compute") as string,
      });
  });

  it("writes none when frozen", async () => {
    await expect(ensureLock(roles(), { ...registry(), mode: "frozen" })).rejects.toMatchObject({
      code: "LOCK_MISSING",
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a lock that was changed by hand", () => {
  it.each<[string, (text: string) => string]>([
    ["is not JSON", (t) => t.slice(0, 100)],
    ["has conflict markers", (t) => `<<<<<<< HEAD\n${t}`],
    ["has a digest cut short", (t) => t.replace(/sha256:[0-9a-f]{64}/, "sha256:12")],
    [
      "has a contract that its extensions do not have",
      (t) =>
        t
          .replaceAll('"configuration": true', '"configuration": false')
          .replace('"configuration": false', '"configuration": true'),
    ],
    ["lacks an extension", (t) => t.replace('"spin": {', '"spun": {')],
    ["is of another version", (t) => t.replace('"lockVersion": 1', '"lockVersion": 2')],
  ])("is refused when it %s", async (_, edit) => {
    await updateLock(roles(), registry());
    const broken = edit(text());
    expect(() => parseLock(broken, "roles.lock.json")).toThrow(
      expect.objectContaining({ code: "LOCK_INVALID" }),
    );
    writeFileSync(path(), broken);
    await expect(updateLock(roles(), registry())).rejects.toMatchObject({ code: "LOCK_INVALID" });
    expect(text()).toBe(broken);
  });

  it("is stale when its checksum was edited", async () => {
    await updateLock(roles(), registry());
    writeFileSync(
      path(),
      text().replace(/"rolesChecksum": "sha256:.{8}/, '"rolesChecksum": "sha256:00000000'),
    );
    expect((await checkLockFile(roles(), undefined)).changes.map(({ what }) => what)).toEqual(["roles file"]);
  });
});
