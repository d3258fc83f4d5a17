import { describe, expect, it } from "vitest";
import type { Platform } from "../talos/platforms.ts";
import { requireClearArgs } from "./checked-args.ts";

const refusal = (kernelArgs: string[], platforms: Platform[] = ["metal"]): unknown => {
  try {
    return requireClearArgs({ role: "a", talos: "v1.13.6", arch: "arm64", kernelArgs }, platforms);
  } catch (error) {
    return error;
  }
};

describe("requireClearArgs", () => {
  it("lets arguments through that stand against nothing", () => {
    expect(refusal([])).toBeUndefined();
    expect(refusal(["quiet", "panic=10"])).toBeUndefined();
    expect(refusal(["-console", "console=ttyS9"])).toBeUndefined();
  });

  it("refuses one that is there twice", () => {
    expect(refusal(["quiet", "quiet"])).toMatchObject({
      code: "ROLES_INVALID",
      message: "role a: kernel argument `quiet` is there twice",
      hint: "Remove one of them from `kernelArgs`.",
    });
  });

  it("refuses what Talos has by itself, and says how to have it otherwise", () => {
    expect(refusal(["consoleblank=0"])).toMatchObject({
      code: "ROLES_INVALID",
      message:
        "role a: kernel argument `consoleblank=0` overlaps `consoleblank=0`, which Talos has on metal by itself",
      hint: "Remove it from `kernelArgs`.",
    });
    expect(refusal(["consoleblank=60"])).toMatchObject({
      message: expect.stringContaining("overlaps `consoleblank=0`") as string,
      hint: "Put `-consoleblank` before it to take Talos' own away.",
    });
    expect(refusal(["-consoleblank", "consoleblank=60"])).toBeUndefined();
  });

  it("looks at every platform that is built for", () => {
    expect(refusal(["consoleblank=60"], [])).toBeUndefined();
    expect(refusal(["net.ifnames=0"])).toBeUndefined();
    expect(refusal(["net.ifnames=0"], ["metal", "nocloud"])).toMatchObject({
      message: expect.stringContaining("which Talos has on nocloud by itself") as string,
    });
  });
});
