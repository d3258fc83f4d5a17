import { expect, it } from "vitest";
import { lockOf } from "../../tests/helpers/small-lock.ts";
import { diffLocks } from "./diff-locks.ts";
import type { Lock } from "./lock-model.ts";

const without: Lock = lockOf({});
const role = without.roles["a"]!;
const withRole = (name: string): Lock => ({ ...without, roles: { a: role, [name]: role } });

it.each(["b", "constructor", "valueof"])("tells that role %s came and went", (name) => {
  const what = `role ${name}`;
  expect(diffLocks(without, withRole(name))).toEqual([{ what, from: null, to: "arm64", roles: [name] }]);
  expect(diffLocks(withRole(name), without)).toEqual([{ what, from: "arm64", to: null, roles: [name] }]);
  expect(diffLocks(withRole(name), withRole(name))).toEqual([]);
});
