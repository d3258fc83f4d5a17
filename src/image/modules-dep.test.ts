import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkedModule } from "../../tests/helpers/linked-module.ts";
import { collect, fromBytes, fromFile, fromText, sha256 } from "../formats/bytes.ts";
import { makeSquashfs } from "../formats/squashfs.ts";
import { listSquashfs, readSquashfsFile } from "../formats/squashfs-read.ts";
import { tarArchive, type TarEntry } from "../formats/tar.ts";
import { quirksOf } from "../talos/quirks.ts";
import { writeModulesDep } from "./modules-dep.ts";

const release = "6.18.1-talos";
const at = `usr/lib/modules/${release}`;
const file = (path: string, content: string | Uint8Array): TarEntry => ({
  path,
  data: typeof content === "string" ? fromText(content) : fromBytes(content),
});
const module = (path: string, parts: Omit<Parameters<typeof linkedModule>[0], "name" | "release">) => {
  const name = path.split("/").at(-1)!.replace(".ko", "");
  return file(`${at}/${path}`, linkedModule({ name, release, ...parts }));
};

let folder: string;
let count = 0;
const squashfs = async (entries: TarEntry[]): Promise<string> => {
  const output = join(folder, `${count++}.sqsh`);
  await makeSquashfs({ tar: (await tarArchive(entries)).stream(), output });
  return output;
};

let rootfs: string;
let drbd: string;
let zfs: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "modules-"));
  rootfs = await squashfs([
    module("kernel/lib/lru_cache.ko", { exports: ["lc_create"] }),
    module("kernel/lib/second.ko", { alias: "devname:same" }),
    module("kernel/lib/unlisted.ko", {}),
    file(`${at}/modules.order`, "kernel/lib/second.ko\nkernel/lib/lru_cache.ko\n"),
    file(`${at}/modules.builtin`, "kernel/fs/ext4.ko\n"),
    { path: `${at}/build`, type: "symlink", linkTarget: "/usr/src/linux" },
  ]);
  const extras = (names: string[]) =>
    names.map((name) => module(`extras/${name}.ko`, { needs: ["lc_create"], alias: "same" }));
  drbd = await squashfs([
    ...extras(["drbd", "drbd_b", "drbd_a"]),
    file(`${at}/modules.order`, "extras/none.ko\n"),
  ]);
  zfs = await squashfs([
    module("extras/zfs.ko", { needs: ["spl_init"] }),
    module("extras/spl.ko", { exports: ["spl_init"] }),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

async function make(layers: string[], version = "v1.13.6", kernelRelease = release): Promise<string> {
  const piece = join(folder, `piece${count}`);
  const scratch = join(folder, `scratch${count++}`);
  await mkdir(piece);
  await mkdir(scratch);
  await writeModulesDep(piece, scratch, {
    quirks: quirksOf(version),
    rootfs,
    kernelRelease,
    layers: layers.map((path) => ({ path, where: "an extension" })),
  });
  return join(piece, "layer.sqsh");
}
const text = async (layer: string, name: string) =>
  Buffer.from(await collect(readSquashfsFile(layer, `${at}/${name}`), 1 << 20)).toString();

describe("writeModulesDep", () => {
  it("lists the modules of the base and of every extension with what they need", async () => {
    const lines = (await text(await make([drbd, zfs]), "modules.dep")).trim().split("\n");
    expect(lines).toEqual([
      "kernel/lib/second.ko:",
      "kernel/lib/lru_cache.ko:",
      "extras/drbd.ko: kernel/lib/lru_cache.ko",
      "extras/drbd_a.ko: kernel/lib/lru_cache.ko",
      "extras/drbd_b.ko: kernel/lib/lru_cache.ko",
      "extras/spl.ko:",
      "extras/zfs.ko: extras/spl.ko",
      "kernel/lib/unlisted.ko:",
    ]);
  });

  it("holds the lists alone, and the base's own order as it was", async () => {
    const layer = await make([drbd]);
    const entries = await listSquashfs(layer);
    const folders = ["", "usr", "usr/lib", "usr/lib/modules", at];
    expect(entries.filter(({ type }) => type === "directory").map(({ path }) => path)).toEqual(folders);
    const files = entries.filter(({ type }) => type === "file").map(({ path }) => path.slice(at.length + 1));
    expect(files.filter((name) => !name.startsWith("modules."))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(["modules.alias", "modules.builtin", "modules.dep.bin", "modules.order"]),
    );
    expect(await text(layer, "modules.order")).toBe("kernel/lib/second.ko\nkernel/lib/lru_cache.ko\n");
  });

  it("gives the same bytes whatever order the disk has its files in", async () => {
    const reversed = await squashfs(
      ["drbd_a", "drbd_b", "drbd"].map((name) =>
        module(`extras/${name}.ko`, { needs: ["lc_create"], alias: "same" }),
      ),
    );
    const hash = async (layer: string) => sha256((await fromFile(layer)).stream());
    const one = await hash(await make([drbd]));
    // tmpfs lists the newest file first, ext4 by a hash with a random seed.
    const disk = folder;
    folder = await mkdtemp("/dev/shm/modules-");
    try {
      expect(await hash(await make([reversed]))).toBe(one);
    } finally {
      await rm(folder, { recursive: true });
      folder = disk;
    }
  });

  it("refuses an extension with modules for another kernel", async () => {
    const other = await squashfs([file("usr/lib/modules/6.12.0-talos/extras/x.ko", "x")]);
    await expect(make([drbd, other])).rejects.toMatchObject({
      code: "KERNEL_RELEASE_MISMATCH",
      message: expect.stringContaining("6.12.0-talos") as string,
    });
  });

  it("refuses a base with another kernel than the lock says", async () => {
    await expect(make([], "v1.13.6", "6.12.0-talos")).rejects.toMatchObject({
      code: "KERNEL_RELEASE_MISMATCH",
    });
  });

  it("looks where the Talos version has its modules", async () => {
    await expect(make([drbd], "v1.9.6")).rejects.toMatchObject({ code: "KERNEL_RELEASE_MISMATCH" });
  });

  it("never writes through a link in an extension", async () => {
    const trap = join(folder, "trap");
    await mkdir(trap);
    const evil = await squashfs([
      { path: `${at}/extras`, type: "symlink", linkTarget: trap },
      file(`${at}/kernel/x.ko`, linkedModule({ name: "x", release })),
    ]);
    await make([evil, drbd]);
    expect(await readdir(trap)).toEqual([]);
  });
});
