import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readRecord } from "../../src/image/record.ts";
import { collect } from "../../src/formats/bytes.ts";
import { adr } from "../helpers/roles-texts.ts";
import { file, founding, release, type SmallExtension } from "../helpers/small-upstream.ts";
import { smallBuild, type SmallBuild } from "../helpers/small-build.ts";

/** Beside the founding ones, what has to leave its layer: firmware and microcode. */
const extensions: Record<string, SmallExtension> = {
  ...founding,
  "intel-ucode": {
    version: "20260512",
    files: () => [
      file("usr/lib/firmware/intel-ucode/06-01", "one"),
      file("usr/lib/firmware/intel-ucode/06-02", "two"),
    ],
  },
  "qlogic-firmware": {
    version: "20260622",
    files: () => [file("usr/lib/firmware/qlogic/a.bin", "firmware"), file("usr/share/doc/qlogic", "text")],
  },
};
const text = adr.replace("[drbd, zfs, spin]", "[drbd, zfs, spin, qlogic-firmware]");

let small: SmallBuild;
beforeAll(async () => {
  small = await smallBuild({ text, extensions });
  await small.build();
}, 60_000);
afterAll(() => small.close());

/** Unpacks an initramfs with zstd and cpio, and its layers with unsquashfs: nothing of ours is used. */
function unpacked(role: string): string {
  const initramfs = join(small.out, role, "initramfs-metal-arm64.xz");
  const to = join(small.folder, `unpacked-${role}`);
  mkdirSync(to);
  // One archive after another, until there is none.
  const line = `zstd -dcq "$1" | { while cpio -idm --quiet 2>/dev/null; do :; done; }`;
  execFileSync("sh", ["-c", line, "sh", initramfs], { cwd: to });
  for (const name of readdirSync(to).filter((name) => name.endsWith(".sqsh")))
    execFileSync("unsquashfs", ["-quiet", "-no-progress", "-d", join(to, `${name}.d`), join(to, name)], {
      stdio: "pipe",
    });
  return to;
}

/** Path → content of every file below a folder. */
const tree = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [relative(folder, path), hash(readFileSync(path))] as const;
      })
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function given(name: string): Promise<Record<string, string>> {
  const entries = await Promise.all(
    (extensions[name]?.files?.("arm64") ?? []).map(
      async ({ path, data }) => [path, hash(await collect(data!.stream(), 1 << 20))] as const,
    ),
  );
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

describe("an initramfs in the hands of zstd, cpio and unsquashfs", () => {
  let gateway: string;
  let compute: string;
  beforeAll(() => {
    gateway = unpacked("gateway");
    compute = unpacked("compute");
  });

  it("gives the tree that its inputs say", async () => {
    for (const name of ["drbd", "zfs", "spin", "tailscale"])
      expect(tree(join(gateway, `${name}.sqsh.d`))).toEqual(await given(name));
    expect(tree(join(gateway, "qlogic-firmware.sqsh.d"))).toEqual({
      "usr/share/doc/qlogic": hash(Buffer.from("text")),
    });
    expect(readFileSync(join(gateway, "usr/lib/firmware/qlogic/a.bin"), "utf8")).toBe("firmware");
    for (const folder of ["usr", "usr/lib", "usr/lib/firmware"])
      expect(statSync(join(gateway, folder)).mode & 0o777).toBe(0o755);
  });

  it("lists the layers in order, modules.dep last, and nothing that is not listed", () => {
    const { layers } = parse(readFileSync(join(gateway, "extensions.yaml"), "utf8")) as {
      layers: { image: string }[];
    };
    const images = layers.map(({ image }) => image);
    expect(images).toEqual([
      "drbd.sqsh",
      "zfs.sqsh",
      "spin.sqsh",
      "qlogic-firmware.sqsh",
      "tailscale.sqsh",
      "modules.dep.sqsh",
    ]);
    const there = readdirSync(gateway).filter((name) => name.endsWith(".sqsh"));
    expect(there.sort()).toEqual([...images, "rootfs.sqsh"].sort());
  });

  it("lets depmod's lists find the modules of extensions and of the base", () => {
    const list = readFileSync(
      join(compute, "modules.dep.sqsh.d/usr/lib/modules", release, "modules.dep"),
      "utf8",
    );
    expect(list).toContain("extras/drbd.ko:");
    expect(list).toContain("extras/zfs.ko:");
    expect(list).toContain("kernel/lru_cache.ko:");
  });

  it("has the same stock part and modules.dep for both roles, and compute has tailscale in none of its bytes", () => {
    for (const name of ["init", "rootfs.sqsh", "drbd.sqsh", "modules.dep.sqsh"])
      expect(readFileSync(join(compute, name))).toEqual(readFileSync(join(gateway, name)));
    const paths = readdirSync(compute, { recursive: true, encoding: "utf8" });
    expect(paths.filter((path) => path.includes("tailscale"))).toEqual([]);
    // Also in no byte of what was unpacked, and in none of the finished assets.
    const grep = (folder: string): string =>
      execFileSync("sh", ["-c", `grep -rlai tailscale "$1" || true`, "sh", folder], { encoding: "utf8" });
    expect(grep(compute)).toBe("");
    expect(grep(join(small.out, "compute"))).toBe("");
    expect(grep(gateway)).not.toBe("");
  });
});

describe("an installer in the hands of skopeo and tar", () => {
  it("is one image, as a layout and as an archive, for the platform and by the name of the role", async () => {
    const inspect = (where: string): { Architecture: string; Layers: string[]; Digest: string } =>
      JSON.parse(execFileSync("skopeo", ["inspect", where], { encoding: "utf8" })) as ReturnType<
        typeof inspect
      >;
    const folder = join(small.out, "gateway");
    const layout = inspect(`oci:${join(folder, "installer-arm64")}`);
    const archive = inspect(`docker-archive:${join(folder, "installer-arm64.tar")}`);
    expect(layout.Architecture).toBe("arm64");
    expect(archive.Architecture).toBe("arm64");
    const { roles } = await readRecord(small.out);
    const recorded = roles[1]!.assets.find(({ format }) => format === "oci-layout")!;
    expect(layout.Digest).toBe(`sha256:${recorded.sha256}`);
    const manifest = execFileSync("tar", ["-xOf", join(folder, "installer-arm64.tar"), "manifest.json"], {
      encoding: "utf8",
    });
    expect(JSON.parse(manifest)).toMatchObject([{ RepoTags: ["localhost:5000/talos-gateway:v1.13.6"] }]);
    // Of the base one layer, and one with the boot files.
    expect(layout.Layers.length).toBe(2);
    const files = execFileSync(
      "sh",
      ["-c", `tar -xOf "$1" "$2" | tar -tzf -`, "sh", join(folder, "installer-arm64.tar"), nameOf(manifest)],
      { encoding: "utf8" },
    );
    expect(files).toBe("usr/install/arm64/systemd-boot.efi\nusr/install/arm64/vmlinuz.efi\n");
  });
});

const nameOf = (manifest: string): string =>
  (JSON.parse(manifest) as { Layers: string[] }[])[0]!.Layers.at(-1)!;
