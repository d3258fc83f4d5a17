import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernelModule } from "../../tests/helpers/kernel-module.ts";
import { fromBytes } from "../formats/bytes.ts";
import { readKernelModule } from "./kernel-module.ts";

const read = (bytes: Uint8Array, path = "drbd.ko") => readKernelModule(fromBytes(bytes).stream(), path);
const compress = (tool: string, bytes: Uint8Array) => execFileSync(tool, ["-cq"], { input: bytes });

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("readKernelModule", () => {
  const plain = kernelModule("drbd_transport-tcp", { depends: ["drbd", "lib-crc32c"], padding: 20_000 });
  const expected = {
    name: "drbd_transport_tcp",
    release: "6.18.1-talos",
    dependsOn: ["drbd", "lib_crc32c"],
    arch: "arm64",
  };

  it("reads plain and compressed modules alike", async () => {
    expect(await read(plain)).toEqual(expected);
    expect(await read(gzipSync(plain), "x/drbd.ko.gz")).toEqual(expected);
    expect(await read(compress("zstd", plain), "x/drbd.ko.zst")).toEqual(expected);
    expect(await read(compress("xz", plain), "x/drbd.ko.xz")).toEqual(expected);
  });

  it("agrees with kmod", () => {
    const folder = mkdtempSync(join(tmpdir(), "module-"));
    const path = join(folder, "drbd.ko");
    writeFileSync(path, plain);
    const field = (name: string) =>
      execFileSync("/sbin/modinfo", ["-F", name, path], { encoding: "utf8" }).trim();
    expect([field("name"), field("depends"), field("vermagic").split(" ")[0]]).toEqual([
      "drbd_transport-tcp",
      "drbd,lib-crc32c",
      "6.18.1-talos",
    ]);
    rmSync(folder, { recursive: true });
  });

  it("finds the same however the bytes arrive", async () => {
    const sizes = fc.integer({ min: 1, max: 5000 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 9000 }), async (size, padding) => {
        const bytes = kernelModule("zfs", { depends: ["spl"], padding, arch: "amd64" });
        const module = await readKernelModule(cut(bytes, Math.max(size, 40)), "zfs.ko");
        expect(module).toEqual({ name: "zfs", release: "6.18.1-talos", dependsOn: ["spl"], arch: "amd64" });
      }),
      { numRuns: 60 },
    );
  });

  it("refuses what is not a module, cut or damaged, with a code", async () => {
    await expect(read(Buffer.from("hello"))).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
    await expect(read(plain.subarray(0, 20_100))).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
    await expect(read(Buffer.from("no xz"), "a.ko.xz")).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
    await expect(read(Buffer.from("no gz"), "a.ko.gz")).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
  });

  it("survives any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: plain.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        async (at, value) => {
          const bytes = Buffer.from(plain);
          bytes[at] = value;
          const outcome = await read(bytes).catch((error: unknown) => error);
          expect(outcome).toSatisfy(
            (x: { code?: string; name?: string }) => x.code === "EXTENSION_INVALID" || "release" in x,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
