import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adr, one, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { file, founding, smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { silent } from "../events.ts";
import { changeLine } from "./change.ts";
import { diffLocks } from "./diff-locks.ts";
import { lockText } from "./lock-file.ts";
import { type LockOptions, makeLock } from "./make-lock.ts";

let upstream: SmallUpstream;
let cacheDir: string;
const lock = (text: string = adr, options: Partial<LockOptions> = {}) =>
  makeLock(rolesOf(text), { client: upstream.client, emit: silent, cacheDir, ...options });

beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), "lock-"));
  upstream = await smallUpstream();
});
afterEach(async () => {
  await upstream.close();
  rmSync(cacheDir, { recursive: true });
});

describe("a second lock", () => {
  it("keeps what is pinned until it is told to update, by name or all", async () => {
    const previous = await lock();
    await upstream.publish("drbd", { ...founding["drbd"]!, version: "9.2.16-v1.13.6" });
    await upstream.publish("zfs", { ...founding["zfs"]!, version: "2.4.4-v1.13.6" });
    expect(lockText(await lock(undefined, { previous }))).toBe(lockText(previous));
    const some = await lock(undefined, { previous, update: ["ghcr.io/siderolabs/drbd"] });
    expect(diffLocks(previous, some).map(changeLine)).toEqual([
      "drbd 9.2.14-v1.13.6 → 9.2.16-v1.13.6 in compute, gateway",
    ]);
    const all = await lock(undefined, { previous, update: true });
    expect(diffLocks(previous, all).map(({ what }) => what)).toEqual(["drbd", "zfs"]);
  });

  it("looks only at what is new", async () => {
    const previous = await lock(one("drbd"));
    await upstream.publish("drbd", { ...founding["drbd"]!, version: "9.2.16-v1.13.6" });
    const next = await lock(one("drbd, spin"), { previous });
    expect(diffLocks(previous, next).map(changeLine)).toEqual(["spin v0.25.1 added in compute"]);
  });

  it("tells a tag that moved to other bytes by digest", async () => {
    const previous = await lock(one("spin"));
    await upstream.publish("spin", {
      version: "v0.25.1",
      files: () => [file("etc/cri/conf.d/10-spin.part", "other")],
    });
    const [change] = diffLocks(previous, await lock(one("spin"), { previous, update: true }));
    expect(change?.from).toMatch(/^v0\.25\.1 \(sha256:[0-9a-f]{12}\)$/);
  });
});
