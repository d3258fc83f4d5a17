import { expect, it } from "vitest";
import { scenariosText } from "./scenarios-text.ts";

const one = (name: string, status: "passed" | "failed" | "skipped", reason = "") => ({
  name,
  status,
  seconds: 61.4,
  reason,
});

it("counts the scenarios, and speaks of skipped ones only where there are some", () => {
  const good = scenariosText([one("01-a", "passed"), one("02-b", "failed", "no answer")]);
  expect(good).toContain("1 passed, 1 failed, in 123 s\n");
  expect(good).toContain("no answer");
  expect(good).not.toContain("skipped");
  expect(scenariosText([one("03-c", "skipped", "Go is missing")])).toContain(
    "0 passed, 0 failed, 1 skipped, in 61 s\n",
  );
});
