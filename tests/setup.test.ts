import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tools } from "../src/formats/tools.ts";

it("the set-up script installs the package of every tool", () => {
  const script = readFileSync(join(import.meta.dirname, "..", "scripts", "setup.sh"), "utf8");
  const list = /packages=\(([^)]*)\)/.exec(script)?.[1]?.replaceAll(/#.*/g, "").split(/\s+/) ?? [];
  const wanted = Object.values(tools).flatMap(({ debian }) => debian ?? []);
  expect(wanted.filter((name) => !list.includes(name))).toEqual([]);
});
