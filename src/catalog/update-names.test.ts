import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { adr, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { founding, smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { silent } from "../events.ts";
import { updateLock } from "./update-lock.ts";

let upstream: SmallUpstream;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "update-names-"));
  upstream = await smallUpstream();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await upstream.close();
});

const roles = () => rolesOf(adr, join(folder, "roles.yaml"));
const registry = () => ({ client: upstream.client, emit: silent, cacheDir: join(folder, "cache") });

it("looks up again what is named, and nothing else; each name of docs/lock.md is one", async () => {
  const changes = async (...update: string[]) =>
    (await updateLock(roles(), { ...registry(), update })).changes.map(({ what }) => what);
  await updateLock(roles(), registry());
  await upstream.publish("drbd", { ...founding["drbd"]!, version: "9.2.16-v1.13.6" });
  for (const name of ["base", "boot files", "zfs"]) expect(await changes(name)).toEqual([]);
  expect(await changes("siderolabs/drbd")).toEqual(["drbd"]);
});

it("refuses to look up what is in no role, and names what there is", async () => {
  await updateLock(roles(), registry());
  for (const name of ["drdb", "ghcr.io/acme/tool", "boot"])
    await expect(updateLock(roles(), { ...registry(), update: [name, "zfs"] })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(name) as string,
      hint: expect.stringMatching(/drbd.*boot files|boot files.*drbd/) as string,
    });
});
