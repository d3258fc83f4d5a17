import { availableParallelism } from "node:os";
import { expect, it } from "vitest";
import { runTool } from "../formats/run-tool.ts";
import { inOtherSurroundings } from "./other-surroundings.ts";

const seen = () => ({
  processors: availableParallelism(),
  umask: process.umask(),
  tz: process.env["TZ"],
  home: process.env["HOME"],
});

it("changes what it says, also for programs, and puts all of it back", async () => {
  const before = seen();
  await inOtherSurroundings(async ({ changed, unchanged }) => {
    expect(seen()).toEqual({ processors: 1, umask: 0o077, tz: "Asia/Kathmandu", home: "/nonexistent" });
    expect([...changed, ...unchanged]).toHaveLength(3);
    expect(await runTool("taskset", ["-cp", String(process.pid)])).toMatch(/: \d+\n$/);
  });
  expect(seen()).toEqual(before);
});

it("puts all of it back when the work fails", async () => {
  const before = seen();
  await expect(inOtherSurroundings(() => Promise.reject(new Error("x")))).rejects.toThrow("x");
  expect(seen()).toEqual(before);
});
