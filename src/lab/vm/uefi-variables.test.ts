import { readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRolesError } from "../../errors.ts";
import { machineFirmware } from "./firmware.ts";
import { uefiVariables, withSecureBootOff } from "./uefi-variables.ts";

const store = (path: string): Uint8Array => readFileSync(path).subarray(0, 1 << 20);
const files = ["/usr/share/AAVMF/AAVMF_VARS.snakeoil.fd", "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"];

describe.each(files)("the variables of %s", (path) => {
  const value = (bytes: Uint8Array, name: string) => {
    const { start = 0, end = 0 } = uefiVariables(bytes).find((one) => one.name === name && one.live) ?? {};
    return bytes.subarray(start, end);
  };

  it("have Secure Boot on, and a key in db", () => {
    expect([...value(store(path), "SecureBootEnable")]).toEqual([1]);
    expect(value(store(path), "db").length).toBeGreaterThan(500);
  });

  it("differ in that one byte once Secure Boot is off", () => {
    const [before, after] = [store(path), withSecureBootOff(store(path))];
    expect([...value(after, "SecureBootEnable")]).toEqual([0]);
    expect(before.filter((byte, index) => byte !== after[index]).length).toBe(1);
  });
});

it("anything else is refused with a code or read, and never hangs", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        uefiVariables(bytes);
      } catch (error) {
        if (!isRolesError(error, "FORMAT_INVALID")) throw error;
      }
    }),
  );
});

it("a machine's own copy has the size of the template and takes little room", async () => {
  const folder = await mkdtemp(join(tmpdir(), "firmware-"));
  try {
    const { variables } = await machineFirmware("arm64", folder);
    const info = await stat(variables);
    expect(info.size).toBe((await stat(files[0] ?? "")).size);
    expect(info.blocks * 512).toBeLessThan(4 << 20);
  } finally {
    await rm(folder, { recursive: true });
  }
});
