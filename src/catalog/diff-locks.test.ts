import { describe, expect, it } from "vitest";
import { lockOf, pinned } from "../../tests/helpers/small-lock.ts";
import { emptyContract } from "../talos/contract.ts";
import { changeLine } from "./change.ts";
import { diffLocks } from "./diff-locks.ts";
import type { Lock, LockedArchitecture, LockedRole } from "./lock-model.ts";

const extension = (name: string, version: string, fill = "a") => ({
  ...pinned(`ghcr.io/siderolabs/${name}`),
  name,
  version,
  manifest: `sha256:${fill.repeat(64)}`,
  contract: emptyContract(),
});
const plain = (): Lock => {
  const lock = lockOf({ zfs: extension("zfs", "2.4"), drbd: extension("drbd", "9.2") });
  lock.architectures.amd64 = structuredClone(lock.architectures.arm64!);
  const role = lock.roles["a"]!.arm64!;
  lock.roles = {
    b: { arm64: structuredClone(role), amd64: structuredClone(role) },
    a: { arm64: structuredClone(role), amd64: structuredClone(role) },
  };
  return lock;
};
const everywhere = (lock: Lock, change: (one: LockedArchitecture) => void): void =>
  Object.values(lock.architectures).forEach((one) => change(one));
const roles = (lock: Lock): LockedRole[] => Object.values(lock.roles).flatMap((one) => Object.values(one));

function told(change: (lock: Lock) => void): string[] {
  const to = plain();
  change(to);
  return diffLocks(plain(), to).map(changeLine);
}

describe("diffLocks", () => {
  it("tells nothing where nothing moved", () => expect(told(() => {})).toEqual([]));

  it("tells Talos, then roles, then what images are made of, in the order of a role's image", () => {
    const lines = told((lock) => {
      lock.talos = "v1.13.9";
      delete lock.roles["b"];
      everywhere(lock, (one) => {
        one.base = { ...one.base, tag: "v1.13.9", manifest: `sha256:${"1".repeat(64)}` };
        one.bootFiles = { ...one.bootFiles, tag: "v1.13.9", manifest: `sha256:${"2".repeat(64)}` };
        one.kernelRelease = "6.18.50-talos";
        one.extensions["zfs"] = extension("zfs", "2.5", "b");
      });
    });
    expect(lines).toEqual([
      "talos v1.13.6 → v1.13.9 in a",
      "role b amd64, arm64 removed in b",
      "base installer-base:v1.13.6 → installer-base:v1.13.9 in a",
      "boot files imager:v1.13.6 → imager:v1.13.9 in a",
      "kernel 6.18.44-talos → 6.18.50-talos in a",
      "zfs 2.4 → 2.5 in a",
    ]);
  });

  it("tells other bytes of the same version by their digests", () => {
    const moved = (lock: Lock) =>
      everywhere(lock, (one) => void (one.extensions["zfs"] = extension("zfs", "2.4", "b")));
    expect(told(moved)).toEqual(["zfs 2.4 (sha256:aaaaaaaaaaaa) → 2.4 (sha256:bbbbbbbbbbbb) in a, b"]);
  });

  it("names the architecture where not all have it", () => {
    const moved = (lock: Lock) =>
      void (lock.architectures.arm64!.extensions["zfs"] = extension("zfs", "2.5", "b"));
    expect(told(moved)).toEqual(["zfs (arm64) 2.4 → 2.5 in a, b"]);
  });

  it("names only the roles that have it, and tells what came and went", () => {
    const lines = told((lock) => {
      everywhere(lock, (one) => void (one.extensions["spin"] = extension("spin", "0.21")));
      for (const role of Object.values(lock.roles["a"]!)) role.extensions = ["zfs", "spin"];
    });
    expect(lines).toEqual(["drbd 9.2 removed in a", "spin 0.21 added in a"]);
  });

  it("tells settings only where they are all there is to tell", () => {
    const keys = (lock: Lock) => roles(lock).forEach((role) => (role.inputsKey = "1".repeat(64)));
    const schematics = (lock: Lock) => roles(lock).forEach((role) => (role.schematic = "c".repeat(64)));
    expect(told(keys)).toEqual(["inputs 000000000000 → 111111111111 in a, b"]);
    expect(told((lock) => (schematics(lock), keys(lock)))).toEqual([
      "schematic unknown → cccccccccccc in a, b",
    ]);
    const kernel = (lock: Lock) => everywhere(lock, (one) => void (one.kernelRelease = "7.0"));
    expect(told((lock) => (schematics(lock), keys(lock), kernel(lock)))).toEqual([
      "kernel 6.18.44-talos → 7.0 in a, b",
    ]);
  });

  it("compares what both have: an architecture that came is told of the role", () => {
    const from = plain();
    delete from.roles["a"]!.amd64;
    expect(diffLocks(from, plain()).map(changeLine)).toEqual(["role a arm64 → amd64, arm64 in a"]);
    expect(diffLocks(plain(), from).map(changeLine)).toEqual(["role a amd64, arm64 → arm64 in a"]);
    const bare = plain();
    bare.architectures = {};
    expect(diffLocks(bare, bare)).toEqual([]);
  });

  it.each(["c", "constructor"])("tells that role %s came and went", (name) => {
    const more = plain();
    more.roles[name] = more.roles["a"]!;
    const line = `role ${name} amd64, arm64`;
    expect(diffLocks(plain(), more).map(changeLine)).toEqual([`${line} added in ${name}`]);
    expect(diffLocks(more, plain()).map(changeLine)).toEqual([`${line} removed in ${name}`]);
  });
});
