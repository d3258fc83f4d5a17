import { expect, test } from "vitest";
import { createOverlay } from "./overlay.ts";

test("an image has no more entries than can be kept, in all its layers together", () => {
  const overlay = createOverlay(3);
  overlay.add("a", true);
  overlay.add("a/b", false);
  overlay.descend();
  overlay.add("a", true);
  expect(() => overlay.add("c", false)).toThrow(expect.objectContaining({ code: "ARCHIVE_TOO_LARGE" }));
});
