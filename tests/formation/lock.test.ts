import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockText } from "../../src/catalog/lock-file.ts";
import type { Lock } from "../../src/catalog/lock-model.ts";
import type { Formation } from "../../src/formation/model.ts";
import { type Contract, emptyContract } from "../../src/talos/contract.ts";
import { runInside } from "../helpers/cli.ts";
import { kernel, lockOf, pinned } from "../helpers/small-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "check-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An extension of the user's own: no table knows what it waits for. */
const watcher: Contract = {
  ...emptyContract(),
  services: [
    {
      name: "watcher",
      extension: "watcher",
      restart: "always",
      waitsFor: { configuration: true, time: false, paths: [], services: ["cri"], network: [] },
    },
  ],
};
const zfs = (release: string): Contract => ({
  ...emptyContract(),
  services: [
    {
      name: "zfs-service",
      extension: "zfs",
      restart: "untilSuccess",
      waitsFor: { configuration: false, time: false, paths: ["/dev/zfs"], services: ["cri"], network: [] },
    },
  ],
  modules: [{ name: "zfs", release, dependsOn: [] }],
});
const reference = "ghcr.io/acme/watcher:v1";

async function check(list: string, lock?: Lock) {
  writeFileSync(
    join(folder, "roles.yaml"),
    `cluster: {talos: v1.13.6, arch: arm64}\nroles: {a: {extensions: [${list}]}}\n`,
  );
  rmSync(join(folder, "roles.lock.json"), { force: true });
  if (lock) writeFileSync(join(folder, "roles.lock.json"), lockText(lock));
  const { out } = await runInside(["check", "--json"], folder);
  const { diagnostics, predictions } = JSON.parse(out) as Formation;
  return {
    rules: diagnostics.map(({ rule, severity }) => `${severity} ${rule}`),
    prediction: predictions[0]!,
  };
}

describe("check with a lock", () => {
  const own = { ...pinned("ghcr.io/acme/watcher"), name: "watcher", version: "1.0.0", contract: watcher };

  it("knows what an extension of the user's own waits for, and says where from", async () => {
    const without = await check(reference);
    expect(without.rules).toEqual(["info extensions-unknown"]);
    expect(without.prediction.bootCompletes.answer).toBe("unknown");
    const locked = await check(reference, lockOf({ [reference]: own }));
    expect(locked.rules).toEqual(["error service-config-missing"]);
    expect(locked.prediction.bootCompletes.answer).toBe("no");
    expect(locked.prediction.basis).toBe("extensions watcher: role a in roles.yaml; contracts from the lock");
  });

  it("sees that a locked extension was built for another Talos, or another kernel", async () => {
    const locked = (version: string, release: string) =>
      check(
        "zfs",
        lockOf({
          zfs: { ...pinned("ghcr.io/siderolabs/zfs"), name: "zfs", version, contract: zfs(release) },
        }),
      );
    expect((await locked("2.4.3-v1.13.6", kernel)).rules).toEqual([]);
    expect((await locked("2.4.3-v1.12.1", kernel)).rules).toEqual(["error extension-version"]);
    expect((await locked("2.4.3-v1.13.6", "6.12.0-talos")).rules).toEqual(["error extension-version"]);
  });
});
