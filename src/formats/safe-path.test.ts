import fc from "fast-check";
import { expect, test } from "vitest";
import { safePath } from "./safe-path.ts";

test.each([
  ["./usr//bin/./x/", "usr/bin/x"],
  ["usr/..bin/x..", "usr/..bin/x.."],
  [".", ""],
  ["", ""],
])("%j is %j", (path, plain) => expect(safePath(path)).toBe(plain));

test.each(["../x", "usr/../../x", "usr/..", "/etc/passwd", "a\0b", "x/../y"])("%j is refused", (path) =>
  expect(() => safePath(path)).toThrow(expect.objectContaining({ code: "ARCHIVE_PATH_ESCAPES" })),
);

test("an absolute path is taken from the archive's own root where that is allowed", () => {
  expect(safePath("//etc/x", { allowAbsolute: true })).toBe("etc/x");
  expect(() => safePath("/../x", { allowAbsolute: true })).toThrow(
    expect.objectContaining({ code: "ARCHIVE_PATH_ESCAPES" }),
  );
});

test("whatever comes out stays below its root and is its own plain form", () => {
  const part = fc.constantFrom("..", ".", "", "a", "...", " ", "\\", "b\n", "\0");
  fc.assert(
    fc.property(fc.array(part), fc.boolean(), (parts, allowAbsolute) => {
      try {
        const path = safePath(parts.join("/"), { allowAbsolute });
        expect(path.split("/")).not.toContain("..");
        expect(path.startsWith("/")).toBe(false);
        expect(safePath(path)).toBe(path);
      } catch (error) {
        expect(error).toMatchObject({ code: "ARCHIVE_PATH_ESCAPES" });
      }
    }),
  );
});
