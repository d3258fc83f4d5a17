import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, contentKey } from "./canonical.ts";

describe("canonicalJson", () => {
  it("does not depend on the order of keys, and leaves undefined out", () => {
    expect(canonicalJson({ b: [1, { d: "x", c: null }], a: true, e: undefined })).toBe(
      '{"a":true,"b":[1,{"c":null,"d":"x"}]}',
    );
  });

  it("is JSON of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

it("gives different inputs different keys", () => {
  expect(contentKey({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
  expect(contentKey({ a: 1 })).not.toBe(contentKey({ a: "1" }));
});
