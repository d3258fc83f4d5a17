import { describe, expect, it } from "vitest";
import { zeros } from "../formats/bytes.ts";
import { checkEspRoom } from "./esp-room.ts";

const MIB = 1 << 20;
const check = (uki: number, version = "v1.13.6", sectorSize: 512 | 4096 = 512) =>
  checkEspRoom({ role: "big", version, sectorSize, uki: zeros(uki), sdBoot: zeros(100_000) });
const tooSmall = expect.objectContaining({ code: "ESP_TOO_SMALL" }) as Error;

describe("checkEspRoom", () => {
  it.each([
    ["v1.13.6", 512, 2090, 2098],
    ["v1.14.0", 4096, 2090, 2100],
    ["v1.10.9", 512, 1090, 1098],
  ] as const)(
    "Talos %s, sectors of %i: %i MiB have room, %i MiB have not",
    (version, sectorSize, fits, not) => {
      expect(() => check(fits * MIB, version, sectorSize)).not.toThrow();
      expect(() => check(not * MIB, version, sectorSize)).toThrow(tooSmall);
    },
  );

  /** Clusters that fsck.fat counts in a fresh file system of that size. */
  it.each([
    [512, 536_800],
    [4096, 67_206],
  ] as const)("never promises more than mkfs.vfat leaves, with sectors of %i", (sectorSize, clusters) => {
    const room = (clusters - 8) * sectorSize * 8;
    expect(() => check(room, sectorSize === 512 ? "v1.13.6" : "v1.14.0", sectorSize)).toThrow(tooSmall);
  });

  it("names the role and the way out", () => {
    try {
      check(3000 * MIB);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toBe(
        "role big: its image has 3001 MiB, and the EFI partition of Talos v1.13.6 has room for 2095 MiB",
      );
    }
  });
});
