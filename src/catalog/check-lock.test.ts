import { describe, expect, it } from "vitest";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { kernel, pinned } from "../../tests/helpers/small-lock.ts";
import { emptyContract } from "../talos/contract.ts";
import { changeLine } from "./change.ts";
import { checkLock } from "./check-lock.ts";
import { coveredBy, rolesChecksum } from "./covered.ts";
import { lockRole } from "./locked-role.ts";
import type { Lock, LockedArchitecture } from "./lock-model.ts";

const text = `cluster: {talos: v1.13.6, arch: [arm64, amd64]}
roles:
  a: {extensions: [zfs, drbd]}
  b: {extensions: [zfs], arch: arm64}
`;
const extension = (name: string) => ({
  ...pinned(`ghcr.io/siderolabs/${name}`),
  name,
  version: `1.0-${name}`,
  manifest: `sha256:${name.padEnd(64, "0")}`,
  contract: emptyContract(),
});
const locked: LockedArchitecture = {
  base: pinned("ghcr.io/siderolabs/installer-base"),
  bootFiles: pinned("ghcr.io/siderolabs/imager"),
  kernelRelease: kernel,
  extensions: { zfs: extension("zfs"), drbd: extension("drbd") },
};

/** The lock that `lock` would write of a roles file, without a registry. */
async function lockFor(roles: string): Promise<Lock> {
  const { covered, embedded } = await coveredBy(rolesOf(roles));
  const names = Object.keys(covered.roles);
  return {
    lockVersion: 1,
    rolesChecksum: rolesChecksum(covered),
    talos: covered.talos,
    architectures: { arm64: locked, amd64: locked },
    roles: Object.fromEntries(
      names.map((name) => [
        name,
        Object.fromEntries(
          covered.roles[name]!.arch.map((arch) => [
            arch,
            lockRole(name, { covered, embedded, arch, locked }),
          ]),
        ),
      ]),
    ),
  };
}

async function told(roles: string, change: (lock: Lock) => void = () => {}): Promise<string[]> {
  const lock = await lockFor(text);
  change(lock);
  const { covered } = await coveredBy(rolesOf(roles));
  const { fresh, changes } = checkLock(covered, lock);
  expect(fresh).toBe(changes.length === 0);
  return changes.map(changeLine);
}

describe("checkLock", () => {
  it("is fresh for the roles that it was made of, whatever else the file says", async () => {
    expect(await told(text)).toEqual([]);
    expect(await told(text.replace("a: {", "a: {purpose: other, count: 3, "))).toEqual([]);
    expect(await told(text.replace("[zfs, drbd]", "[siderolabs/zfs, drbd]"))).toEqual([]);
  });

  it("tells another Talos, and nothing that only follows from it", async () => {
    expect(await told(text.replace("v1.13.6", "v1.13.9"))).toEqual(["talos v1.13.6 → v1.13.9 in a, b"]);
  });

  it("tells roles and architectures that came and went", async () => {
    expect(await told(`${text}  c: {extensions: []}\n`)).toEqual(["role c amd64, arm64 added in c"]);
    expect(await told(text.split("\n").slice(0, -2).join("\n"))).toEqual(["role b arm64 removed in b"]);
    expect(await told(text.replace(", arch: arm64}", "}"))).toEqual(["role b arm64 → amd64, arm64 in b"]);
  });

  it("tells extensions that came and went, once for all roles", async () => {
    expect(await told(text.replaceAll("[zfs", "[spin, zfs"))).toEqual(["spin added in a, b"]);
    expect(await told(text.replaceAll(/zfs,? ?/g, ""))).toEqual(["zfs 1.0-zfs removed in a, b"]);
    expect(await told(text.replace("[zfs]", "[drbd]"))).toEqual([
      "drbd added in b",
      "zfs 1.0-zfs removed in b",
    ]);
  });

  it("names an extension that left as it was written where the lock does not know it", async () => {
    const forget = (lock: Lock) => {
      lock.architectures = { arm64: { ...locked, extensions: {} } };
    };
    expect(await told(text.replace("[zfs]", "[]"), forget)).toContain("zfs zfs removed in b");
  });

  it("tells settings by their keys, for every architecture", async () => {
    const [arm, amd] = await told(text.replace("a: {", "a: {kernelArgs: [quiet], "));
    expect(arm).toMatch(/^settings of a \(amd64\) [0-9a-f]{12} → [0-9a-f]{12} in a$/);
    expect(amd).toMatch(/^settings of a \(arm64\) [0-9a-f]{12} → [0-9a-f]{12} in a$/);
    expect(await told(text.replace("a: {", "a: {meta: [{key: 10, value: x}], "))).toHaveLength(2);
    expect(await told(text.replace("[zfs, drbd]", "[drbd, zfs]"))).toHaveLength(2);
    expect(await told(`${text}images: {schematicExtension: true}\n`)).toHaveLength(3);
  });

  it("tells the size of sectors by name where it is all that differs", async () => {
    expect(await told(`${text}images: {sectorSize: 4096}\n`)).toEqual([
      "images.sectorSize 512 → 4096 in a, b",
    ]);
  });

  it("tells a lock that a hand has changed", async () => {
    const edited = (lock: Lock) => {
      lock.rolesChecksum = `sha256:${"1".repeat(64)}`;
    };
    expect(await told(text, edited)).toEqual([
      expect.stringMatching(/^roles file sha256:1{12} → sha256:[0-9a-f]{12}$/),
    ]);
  });
});
