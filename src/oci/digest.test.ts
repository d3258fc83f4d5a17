import { describe, expect, test } from "vitest";
import { collect, fromText } from "../formats/bytes.ts";
import { digestOf, parseDigest, verified } from "./digest.ts";

const text = "content";
const descriptor = { digest: digestOf(text), size: text.length };
const check = (sent: string, expected = descriptor): Promise<Uint8Array> =>
  collect(verified(fromText(sent).stream(), expected, "test"), 100);

describe("verified", () => {
  test("passes content on", async () => {
    expect(Buffer.from(await check(text)).toString()).toBe(text);
  });

  test.each([
    ["cut short", "conten", "BLOB_TRUNCATED"],
    ["empty", "", "BLOB_TRUNCATED"],
    ["too long", "content!", "DIGEST_MISMATCH"],
    ["changed", "Content", "DIGEST_MISMATCH"],
  ])("refuses content that is %s", async (_name, sent, code) => {
    await expect(check(sent)).rejects.toMatchObject({ code });
  });

  test("passes nothing on beyond the size", async () => {
    const seen: Uint8Array[] = [];
    const endless = async function* () {
      for (;;) yield await Promise.resolve(new Uint8Array(4));
    };
    await expect(
      (async () => {
        for await (const chunk of verified(endless(), descriptor, "test")) seen.push(chunk);
      })(),
    ).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(seen).toHaveLength(1);
  });
});

test.each(["md5:d41d8cd98f00b204e9800998ecf8427e", `sha256:${"g".repeat(64)}`, `sha256:${"a".repeat(63)}\n`])(
  "%s is no digest",
  (text) => {
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: "REFERENCE_INVALID" }));
  },
);
