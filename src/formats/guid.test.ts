import fc from "fast-check";
import { expect, test } from "vitest";
import { guidFromBytes, guidFromLabel, guidToBytes } from "./guid.ts";

test("labels give the GUIDs that Talos' images have", () => {
  expect(guidFromLabel("EFI")).toBe("bca5174b-0118-8a6a-af0b-2c6e1585acae");
  expect(guidFromLabel("IMAGECACHE")).toBe("3b5449bc-c21f-8009-8b51-18945967f8df");
});

test("a GUID survives its bytes", () => {
  fc.assert(fc.property(fc.uuid(), (guid) => guidFromBytes(guidToBytes(guid)) === guid));
  expect([...guidToBytes("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")].slice(0, 8)).toEqual([
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
  ]);
});

test("what is no GUID is refused", () => {
  expect(() => guidToBytes("EFI")).toThrow(expect.objectContaining({ code: "FORMAT_INVALID" }));
});
