import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collect, fromBytes, fromText } from "../formats/bytes.ts";
import { peStub } from "../formats/fixtures/pe-stub.ts";
import { readPe, sectionData } from "../formats/pe.ts";
import { type UkiMenu, unifiedKernelImage } from "./uki.ts";

const build = (menu: UkiMenu, version = "v1.13.6") =>
  unifiedKernelImage({
    version,
    kernelRelease: "6.18.45-talos",
    cmdline: "talos.platform=metal console=tty0",
    menu,
    stub: fromBytes(peStub()),
    kernel: fromText("the kernel"),
    initramfs: fromText("the initramfs"),
  });

async function sections(menu: UkiMenu, version?: string): Promise<[string, string][]> {
  const image = await build(menu, version);
  const { sections } = await readPe(image);
  return Promise.all(
    sections.slice(4).map(async (section): Promise<[string, string]> => {
      const bytes = await collect(sectionData(image, section).stream(), 1 << 20);
      return [section.name, Buffer.from(bytes).toString()];
    }),
  );
}

const main: [string, string][] = [
  [".osrel", expect.stringContaining("VERSION_ID=v1.13.6\n") as string],
  [".cmdline", "talos.platform=metal console=tty0"],
  [".uname", "6.18.45-talos"],
  [".linux", "the kernel"],
  [".initrd", "the initramfs"],
  [".profile", "ID=main"],
];

describe("unifiedKernelImage", () => {
  it("has the sections of Talos' own in their order", async () => {
    expect(await sections("none")).toEqual(main);
  });

  it("of an installer or disk can reset to maintenance mode", async () => {
    expect(await sections("installer")).toEqual([
      ...main,
      [".profile", "ID=reset-maintenance\nTITLE=Reset to maintenance mode"],
      [".cmdline", "talos.platform=metal console=tty0 talos.experimental.wipe=system:EPHEMERAL,STATE"],
    ]);
  });

  it("of an ISO can reset the system disk", async () => {
    expect((await sections("iso")).slice(main.length)).toEqual([
      [".profile", "ID=reset\nTITLE=Reset system disk"],
      [".cmdline", "talos.platform=metal console=tty0 talos.experimental.wipe=system"],
    ]);
  });

  it("has no profiles before Talos knew them", async () => {
    expect((await sections("installer", "v1.9.6")).map(([name]) => name)).not.toContain(".profile");
  });

  it("is read by an objdump for its architecture", async () => {
    const folder = await mkdtemp(join(tmpdir(), "uki-"));
    await writeFile(join(folder, "uki.efi"), await collect((await build("installer")).stream(), 1 << 20));
    const text = execFileSync("aarch64-linux-gnu-objdump", ["-h", join(folder, "uki.efi")]).toString();
    await rm(folder, { recursive: true });
    expect([...text.matchAll(/^ +\d+ (\S+)/gm)].map(([, name]) => name).slice(4)).toEqual([
      ...main.map(([name]) => name),
      ".profile",
      ".cmdline",
    ]);
  });
});
