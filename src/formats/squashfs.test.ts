import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { RolesError } from "../errors.ts";
import { type ByteSource, collect, fromBytes, fromText } from "./bytes.ts";
import { makeSquashfs } from "./squashfs.ts";
import { squashfsSuperblock } from "./squashfs-superblock.ts";
import { tarArchive } from "./tar.ts";

const folder = mkdtempSync(join(tmpdir(), "squashfs-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

let tar: ByteSource;
beforeAll(async () => {
  const noise = Buffer.alloc(1 << 20, 1);
  for (let at = 0, state = 1; at < noise.length; at++) noise[at] = state = (state * 48271) % 0x7fffffff;
  tar = await tarArchive([
    { path: "usr", type: "directory", uid: 5 },
    { path: "usr/local/bin/x", mode: 0o4755, mtime: 77, uid: 1000, data: fromText("#!/bin/sh") },
    { path: "usr/noise", data: fromBytes(noise) },
    { path: "usr/text", data: fromBytes(Buffer.alloc(3 << 20, "a line of text\n")) },
    { path: "usr/link", type: "symlink", linkTarget: "noise" },
    { path: "usr/hard", type: "link", linkTarget: "usr/noise" },
  ]);
});
const make = (name: string, options: { compression?: "zstd" | "xz"; level?: number } = {}): Promise<void> =>
  makeSquashfs({ tar: tar.stream(), output: join(folder, name), level: 3, ...options });
const bytesOf = (name: string): Buffer => readFileSync(join(folder, name));

describe("squashfs from a tar stream", () => {
  test("unsquashfs reads it: owners 0:0, times 0, modes and links kept", async () => {
    await make("a.sqsh");
    const listing = execFileSync("unsquashfs", ["-UTC", "-lln", join(folder, "a.sqsh")], {
      encoding: "utf8",
    });
    expect(listing).toMatch(/^drwxr-xr-x 0\/0 +\d+ 1970-01-01 00:00 squashfs-root$/m);
    expect(listing).toMatch(/^drwxr-xr-x 0\/0 +\d+ 1970-01-01 00:00 squashfs-root\/usr\/local$/m);
    expect(listing).toMatch(/^-rwsr-xr-x 0\/0 +9 1970-01-01 00:00 squashfs-root\/usr\/local\/bin\/x$/m);
    expect(listing).toMatch(/^lrwxrwxrwx 0\/0 +5 1970-01-01 00:00 squashfs-root\/usr\/link -> noise$/m);
    expect(listing).toMatch(/1048576 1970-01-01 00:00 squashfs-root\/usr\/hard$/m);
    expect(squashfsSuperblock(bytesOf("a.sqsh"))).toMatchObject({ compression: "zstd", mtime: 0, inodes: 8 });
    expect(statSync(join(folder, "a.sqsh")).mode & 0o777).toBe(0o644);
  });

  test("one processor, another zone, a clock setting and a umask change no byte", async () => {
    const wrapper = join(folder, "bin");
    execFileSync("mkdir", ["-p", wrapper]);
    writeFileSync(join(wrapper, "mksquashfs"), '#!/bin/sh\nexec taskset -c 0 /usr/bin/mksquashfs "$@"\n');
    chmodSync(join(wrapper, "mksquashfs"), 0o755);
    await make("b.sqsh");
    vi.stubEnv("PATH", `${wrapper}:${process.env["PATH"]}`);
    vi.stubEnv("TZ", "Asia/Tokyo");
    vi.stubEnv("SOURCE_DATE_EPOCH", "1000");
    const umask = process.umask(0o077);
    await make("c.sqsh");
    process.umask(umask);
    expect(bytesOf("b.sqsh").equals(bytesOf("c.sqsh"))).toBe(true);
  });

  test("xz, for Talos before 1.8", async () => {
    await make("d.sqsh", { compression: "xz" });
    expect(squashfsSuperblock(bytesOf("d.sqsh"))).toMatchObject({ compression: "xz" });
  });

  test("an error of the tar stream is thrown as it is, and nothing is left", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await collect(tar.stream(0, 4096), 4096);
      throw new RolesError("BLOB_TRUNCATED", "the blob is cut short");
    }
    const output = join(folder, "none.sqsh");
    await expect(makeSquashfs({ tar: broken(), output })).rejects.toMatchObject({ code: "BLOB_TRUNCATED" });
    const cut = makeSquashfs({ tar: tar.stream(0, 1 << 20), output });
    await expect(cut).rejects.toMatchObject({ code: "TOOL_FAILED" });
    expect(readdirSync(folder).filter((name) => name.startsWith(".") || name === "none.sqsh")).toEqual([]);
  });
});
