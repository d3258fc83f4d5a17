import { toTrustMaterial } from "@sigstore/verify";
import { describe, expect, it } from "vitest";
import { publicRoot, readTrustedRoot } from "./trusted-root.ts";

describe("the pinned root", () => {
  it("is whole: every key and certificate in it can be read, and it trusts today's authority and log", () => {
    const { certificateAuthorities, tlogs, ctlogs } = toTrustMaterial(publicRoot());
    const now = new Date();
    for (const some of [certificateAuthorities, tlogs, ctlogs])
      expect(some.some(({ validFor }) => validFor.start < now && now < validFor.end)).toBe(true);
    expect(tlogs.map(({ baseURL }) => baseURL)).toContain("https://rekor.sigstore.dev");
  });
});

describe("readTrustedRoot", () => {
  it.each(["", "{", "[]", "{}", '{"certificateAuthorities": [{}]}', '{"certificateAuthorities": 1}'])(
    "refuses %j, and names the file",
    (text) => {
      expect(() => readTrustedRoot(text, "root.json")).toThrow(
        expect.objectContaining({
          code: "SIGNATURE_KEY_INVALID",
          message: expect.stringContaining("root.json"),
        }),
      );
    },
  );
});
