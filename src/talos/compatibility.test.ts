import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RolesError } from "../errors.ts";
import { isCompatible } from "./compatibility.ts";

const check = (range: string, version: string) => isCompatible(range, version, "drbd");

describe("isCompatible", () => {
  it.each([
    ["", "v1.9.0", true],
    [">= v1.6.0", "v1.13.6", true],
    [">= v1.6.0", "v1.5.9", false],
    [">=v1.11.0 <v1.12.0", "v1.11.5", true],
    [">=v1.11.0 < v1.12.0", "v1.12.0", false],
    ["< 1.2.0 || >= 1.13.0", "v1.13.0", true],
    ["< 1.2.0 || >= 1.13.0", "v1.12.0", false],
    ["1.13.x", "v1.13.99", true],
    ["1.13.x", "v1.14.0", false],
    ["1.x", "v1.14.0", true],
    ["<= 1.12.x", "v1.12.11", true],
    ["> 1.12.x", "v1.12.11", false],
    ["!=1.13.6", "v1.13.6", false],
    ["!1.13.6 >1.0.0", "v1.13.5", true],
    [">= 1.14.0-alpha.1", "v1.14.0", true],
    ["> 1.14.0-alpha.1", "v1.14.0", true],
    ["<= 1.14.0-alpha.1", "v1.14.0", false],
    [">= 1.14.0", "v1.14.0-rc.1", true],
  ])("%j with %s: %s", (range, version, expected) => {
    expect(check(range, version)).toBe(expected);
  });

  it.each([">= 1.6", "~1.2.3", "||", ">= 1.0.0 ||", "hello", "1.2.x.x", ">"])("refuses %j", (range) => {
    expect(() => check(range, "v1.13.6")).toThrow(expect.objectContaining({ code: "EXTENSION_INVALID" }));
  });

  it("refuses a Talos version that is none", () => {
    expect(() => check("", "latest")).toThrow(expect.objectContaining({ code: "ROLES_INVALID" }));
  });

  it("answers or refuses any text", () => {
    const text = fc
      .array(fc.constantFrom(">", "<", "=", "!", " ", "|", "v", "x", ".", "1", "0", "-a"))
      .map((x) => x.join(""));
    fc.assert(
      fc.property(text, (range) => {
        try {
          expect(typeof check(range, "v1.13.6")).toBe("boolean");
        } catch (error) {
          expect(error).toBeInstanceOf(RolesError);
        }
      }),
    );
  });
});
