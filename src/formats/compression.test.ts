import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { collect, fromBytes } from "./bytes.ts";
import { decompress, gzipCompress, sniffCompression } from "./compression.ts";
import { zstdCompress } from "./zstd.ts";

const data = Buffer.from("talos ".repeat(50_000));
const whole = (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => collect(chunks, 1 << 24);

describe("compression", () => {
  test("zstd: one frame that zstd accepts, read back", async () => {
    const packed = await whole(zstdCompress(fromBytes(data).stream(), { level: 3 }));
    expect(sniffCompression(packed)).toBe("zstd");
    execFileSync("zstd", ["-q", "-t", "-"], { input: packed });
    expect(data.equals(await whole(decompress(fromBytes(packed).stream(), "zstd")))).toBe(true);
  });

  test("gzip has no time in it and reads back", async () => {
    const packed = await whole(gzipCompress(fromBytes(data).stream()));
    expect([...packed.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    expect(data.equals(await whole(decompress(fromBytes(packed).stream(), "gzip")))).toBe(true);
  });

  test("xz reads back", async () => {
    const packed = execFileSync("xz", ["-0", "-c"], { input: data });
    expect(sniffCompression(packed)).toBe("xz");
    expect(data.equals(await whole(decompress(fromBytes(packed).stream(), "xz")))).toBe(true);
  });

  test.each(["gzip", "zstd", "xz"] as const)(
    "%s that is cut short is ARCHIVE_INVALID",
    async (compression) => {
      const program = { gzip: "gzip", zstd: "zstd", xz: "xz" }[compression];
      const packed = execFileSync(program, ["-c"], { input: data });
      await expect(
        whole(decompress(fromBytes(packed.subarray(0, packed.length - 5)).stream(), compression)),
      ).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    },
  );
});
