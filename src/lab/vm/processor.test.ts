import { arch as hostArch } from "node:os";
import { describe, expect, it } from "vitest";
import { installedFirmware } from "./firmware.ts";
import { firstThatRuns, processorArguments } from "./processor.ts";

describe("the processor of a machine", () => {
  const trial = { arch: "arm64", code: installedFirmware.arm64.code } as const;
  const runs = ["-accel", "tcg", "-cpu", "cortex-a72"];
  const breaks = ["-accel", "tcg", "-cpu", "no-such-processor"];

  it("is the first with which the firmware runs", { timeout: 60_000 }, async () => {
    expect(await firstThatRuns([breaks, runs], trial)).toBe(runs);
  });

  it("is emulated where an accelerator is there and breaks", async () => {
    expect(await firstThatRuns([breaks], trial)).toEqual(["-accel", "tcg", "-cpu", "cortex-a57"]);
  });

  it("is emulated for another architecture", async () => {
    const other = hostArch() === "arm64" ? "amd64" : "arm64";
    expect(await processorArguments(other, installedFirmware[other].code)).toContain("tcg");
  });
});
