import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { RolesError } from "../errors.ts";
import { collect, fromBytes, fromText } from "./bytes.ts";
import { runTool, streamTool } from "./run-tool.ts";

const folder = mkdtempSync(join(tmpdir(), "tool-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const block = new Uint8Array(1 << 16).fill(7);

// oxlint-disable-next-line require-await
async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("some bytes");
  throw new RolesError("DIGEST_MISMATCH", "the input is not what it should be");
}

describe("runTool", () => {
  it("feeds a tool and returns what it prints", async () => {
    const packed: Uint8Array[] = [];
    for await (const chunk of streamTool("zstd", ["-q", "-c"], { input: fromText("abc").stream() }))
      packed.push(chunk);
    // oxlint-disable-next-line require-await
    const again = async function* () {
      yield* packed;
    };
    expect(await runTool("zstd", ["-q", "-d", "-c"], { input: again() })).toBe("abc");
  });

  it("says why its input broke off, not that the tool failed", async () => {
    await expect(runTool("zstd", ["-q", "-d", "-c"], { input: broken() })).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });
  });

  it("says what a tool said when it fails", async () => {
    await expect(
      runTool("zstd", ["-d", "-c"], { input: fromText("no zstd").stream() }),
    ).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringContaining("unsupported format") as string,
    });
  });

  it("can be stopped", async () => {
    const stop = new AbortController();
    // oxlint-disable-next-line require-await
    const endless = async function* () {
      for (;;) {
        yield Buffer.alloc(1000);
        stop.abort();
      }
    };
    await expect(
      runTool("zstd", ["-q", "-c"], { input: endless(), signal: stop.signal }),
    ).rejects.toMatchObject({
      code: "BUILD_INTERRUPTED",
    });
  });

  it("a tool that is missing is TOOL_MISSING with the line that installs it, with and without a pipe between", async () => {
    for (const program of ["sh", "cat"]) symlinkSync(`/bin/${program}`, join(folder, program));
    vi.stubEnv("PATH", folder);
    for (const truePipe of [false, true])
      await expect(runTool("unsquashfs", [], { truePipe })).rejects.toMatchObject({
        code: "TOOL_MISSING",
        hint: expect.stringContaining("apt-get install squashfs-tools"),
      });
  });

  it("administration tools are found although Debian leaves them out of a user's PATH", async () => {
    vi.stubEnv("PATH", "/usr/bin:/bin");
    await expect(runTool("depmod", ["--version"])).resolves.toContain("kmod");
  });

  it("a tool that ends before its input does is no error by itself", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield await Promise.resolve(block);
    }
    await expect(runTool("xz", ["--version"], { input: endless() })).resolves.toContain("xz");
  });

  it("whoever stops reading ends the tool and its input", async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(block);
      } finally {
        isClosed = true;
      }
    }
    for await (const chunk of streamTool("zstd", ["-1", "-c"], { input: endless() })) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await vi.waitFor(() => expect(isClosed).toBe(true));
  });

  it("the user's environment does not reach a tool", async () => {
    vi.stubEnv("ZSTD_CLEVEL", "19");
    vi.stubEnv("XZ_DEFAULTS", "--nosuch-option");
    const packed = await collect(
      streamTool("xz", ["-0", "-c"], { input: fromBytes(block).stream() }),
      1 << 20,
    );
    expect(packed.length).toBeGreaterThan(0);
  });
});
