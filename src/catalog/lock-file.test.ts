import { describe, expect, it } from "vitest";
import { lockOf, pinned } from "../../tests/helpers/small-lock.ts";
import { emptyContract } from "../talos/contract.ts";
import { lockText, openLock, parseLock, readLock } from "./lock-file.ts";
import type { Lock } from "./lock-model.ts";

const extension = (name: string) => ({
  ...pinned(`ghcr.io/siderolabs/${name}`),
  name,
  version: "1",
  contract: { ...emptyContract(), criParts: [`${name}.part`] },
});
const lock = lockOf({ zfs: extension("zfs"), drbd: extension("drbd") });
const hint = "Restore it from version control, or delete it and run `talos-roles lock`.";

function refusal(text: string): unknown {
  try {
    return parseLock(text, "roles.lock.json");
  } catch (error) {
    return error;
  }
}
const changed = (change: (lock: Lock) => void): unknown => {
  const copy = structuredClone(lock);
  change(copy);
  return refusal(JSON.stringify(copy));
};

describe("a lock's text", () => {
  it("is the same for the same lock in any order, and reads back", () => {
    const { zfs, drbd } = lock.architectures.arm64!.extensions;
    const turned: Lock = {
      ...lock,
      architectures: { arm64: { ...lock.architectures.arm64!, extensions: { drbd: drbd!, zfs: zfs! } } },
      roles: { b: lock.roles["a"]!, a: lock.roles["a"]! },
    };
    const straight: Lock = { ...lock, roles: { a: lock.roles["a"]!, b: lock.roles["a"]! } };
    expect(lockText(turned)).toBe(lockText(straight));
    expect(parseLock(lockText(turned), "x")).toEqual(straight);
    expect(lockText(lock)).toMatch(/^\{\n {2}"lockVersion": 1,[\s\S]*\}\n$/);
    expect(lockText(straight).indexOf('"drbd": {')).toBeLessThan(lockText(straight).indexOf('"zfs": {'));
  });
});

describe("parseLock", () => {
  it("refuses what is no lock, and names the place", () => {
    const code = "LOCK_INVALID";
    expect(refusal("<<<<<<< HEAD")).toMatchObject({
      code,
      message: "roles.lock.json: it is not JSON",
      hint,
      cause: expect.any(SyntaxError) as Error,
    });
    expect(refusal("[]")).toMatchObject({ code, message: expect.stringContaining(": document: ") as string });
    expect(changed((one) => Object.assign(one, { lockVersion: 2 }))).toMatchObject({
      message: expect.stringMatching(/^roles\.lock\.json: lockVersion: ./) as string,
    });
    expect(changed((one) => Object.assign(one.roles["a"]!.arm64!, { inputsKey: 1 }))).toMatchObject({
      message: expect.stringMatching(/^roles\.lock\.json: roles\.a\.arm64\.inputsKey: ./) as string,
    });
  });

  it("refuses parts that do not agree", () => {
    expect(changed((one) => delete one.architectures.arm64)).toMatchObject({
      message: "roles.lock.json: roles.a.arm64: there is no architectures.arm64",
    });
    expect(changed((one) => delete one.architectures.arm64!.extensions["zfs"])).toMatchObject({
      message: "roles.lock.json: roles.a.arm64: there is no zfs in architectures.arm64.extensions",
    });
    expect(changed((one) => one.roles["a"]!.arm64!.extensions.pop())).toMatchObject({
      message: "roles.lock.json: roles.a.arm64.contract: it is not the sum over the role's extensions",
      hint,
    });
  });
});

describe("a lock's file", () => {
  it("may be missing, and says so where it must not", async () => {
    expect(await readLock("no-such-folder/roles.lock.json")).toBeUndefined();
    await expect(openLock("no-such-folder/roles.lock.json")).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
      message: "there is no lock no-such-folder/roles.lock.json",
      hint: "`talos-roles lock` writes one.",
    });
  });

  it("is an error where it cannot be read", async () => {
    await expect(readLock("src")).rejects.toMatchObject({
      code: "LOCK_INVALID",
      message: "src: it cannot be read",
      hint,
    });
  });
});
