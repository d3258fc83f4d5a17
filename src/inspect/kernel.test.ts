import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { arm64Kernel, release } from "../../tests/helpers/test-image.ts";
import { collect, fromBytes } from "../formats/bytes.ts";
import { peStub } from "../formats/fixtures/pe-stub.ts";
import { appendSections } from "../formats/pe-append.ts";
import { inspectKernel } from "./kernel.ts";

/** An EFI zboot kernel as far as it is looked at: header fields, and the payload in a section. */
async function zboot(payload: Buffer): Promise<Buffer> {
  const image = await appendSections(fromBytes(peStub()), [{ name: ".payload", data: fromBytes(payload) }]);
  const bytes = Buffer.from(await collect(image.stream(), 1 << 24));
  bytes.write("zimg", 4, "latin1");
  bytes.writeUInt32LE(bytes.indexOf(payload), 8);
  bytes.writeUInt32LE(payload.length, 12);
  return bytes;
}

describe("inspecting a kernel", () => {
  test("arm64 Image", async () => {
    expect(await inspectKernel(fromBytes(arm64Kernel()))).toMatchObject({
      format: "Image",
      arch: "arm64",
      release,
    });
  });

  test.each(["zstd", "gzip"] as const)("arm64 EFI zboot with %s", async (program) => {
    const payload = execFileSync(program, ["-c"], { input: arm64Kernel() });
    expect(await inspectKernel(fromBytes(await zboot(payload)))).toMatchObject({
      format: "zboot",
      arch: "arm64",
      release,
    });
  });

  test("x86 bzImage", async () => {
    const bytes = Buffer.alloc(16384);
    bytes.write("HdrS", 0x202, "latin1");
    bytes[0x1f1] = 20;
    bytes.writeUInt16LE(0x1000, 0x20e);
    bytes.write("6.1.58-talos (builder@host) #1 SMP\0", 0x1200, "latin1");
    expect(await inspectKernel(fromBytes(bytes))).toMatchObject({
      format: "bzImage",
      arch: "amd64",
      release: "6.1.58-talos",
    });
  });

  test("a banner that lies across two chunks, after something like it", async () => {
    const kernel = arm64Kernel();
    kernel.write("Linux version %s (%s)", 4000, "latin1");
    const source = fromBytes(kernel);
    const halves = {
      size: source.size,
      async *stream(start = 0, end = source.size) {
        if (start !== 0) yield* source.stream(start, end);
        else for (let at = 0; at < end; at += 5007) yield* source.stream(at, Math.min(at + 5007, end));
      },
    };
    expect(await inspectKernel(halves)).toMatchObject({ release });
  });

  test("a payload that is damaged has no release; other files are no kernel", async () => {
    const damaged = await zboot(gzipSync(arm64Kernel()).subarray(0, 40));
    expect(await inspectKernel(fromBytes(damaged))).toMatchObject({ format: "zboot", release: null });
    expect(await inspectKernel(fromBytes(peStub()))).toMatchObject({
      format: "PE",
      arch: "arm64",
      release: null,
    });
    expect(await inspectKernel(fromBytes(Buffer.alloc(5000)))).toBeNull();
    expect(await inspectKernel(fromBytes(Buffer.alloc(50)))).toBeNull();
  });
});
