import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatReference, parseReference } from "./reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("references", () => {
  test.each([
    ["busybox", "docker.io/library/busybox:latest"],
    ["busybox:1.36", "docker.io/library/busybox:1.36"],
    ["index.docker.io/library/busybox", "docker.io/library/busybox:latest"],
    ["registry-1.docker.io/a/b", "docker.io/a/b:latest"],
    ["a/b", "docker.io/a/b:latest"],
    ["GHCR.io/siderolabs/drbd:v1", "ghcr.io/siderolabs/drbd:v1"],
    ["localhost/a", "localhost/a:latest"],
    ["LOCALHOST/a", "localhost/a:latest"],
    ["127.0.0.1:5000/a/b-c.d__e:V_1", "127.0.0.1:5000/a/b-c.d__e:V_1"],
    ["[::1]:5000/a", "[::1]:5000/a:latest"],
    [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b@${digest}`],
    [`ghcr.io/a/b:v1@${digest}`, `ghcr.io/a/b:v1@${digest}`],
  ])("%s is %s", (text, canonical) => {
    const reference = parseReference(text);
    expect(formatReference(reference)).toBe(canonical);
    expect(parseReference(canonical)).toEqual(reference);
  });

  test.each([
    "",
    "/",
    "ghcr.io/",
    "ghcr.io/a:",
    "ghcr.io/a/:v1",
    "ghcr.io/A/b",
    "MyHost/a",
    "ghcr.io/a//b",
    "ghcr.io/a/../b",
    "ghcr.io/a:v 1",
    "ghcr.io/a@sha256:abc",
    `ghcr.io/a@sha256:${"A".repeat(64)}`,
    `ghcr.io/a@sha512:${"a".repeat(128)}`,
    `ghcr.io/a@${digest}@${digest}`,
    "https://ghcr.io/a",
    "user:pass@ghcr.io/a",
    "ghcr.io:port/a",
    `ghcr.io/${"a/".repeat(200)}b`,
    `ghcr.io/a:${"v".repeat(129)}`,
  ])("%s is none", (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: "REFERENCE_INVALID" }));
  });

  test("whatever is accepted stays the same when it is written and read again", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9.:/@_[\]-]{0,60}$/), (text) => {
        try {
          const reference = parseReference(text);
          expect(parseReference(formatReference(reference))).toEqual(reference);
        } catch (error) {
          expect(error).toMatchObject({ code: "REFERENCE_INVALID" });
        }
      }),
    );
  });
});
