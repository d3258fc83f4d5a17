import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  arm64Kernel,
  cmdline,
  makeTestImage,
  release,
  type TestImage,
  testUki,
} from "../../tests/helpers/test-image.ts";
import { collect, fromBytes, fromText } from "../formats/bytes.ts";
import type { NewSection } from "../formats/pe-append.ts";
import { inspectUki } from "./uki.ts";

const folder = mkdtempSync(join(tmpdir(), "inspect-"));
let image: TestImage;
beforeAll(async () => {
  image = await makeTestImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const replace = (name: string, data: NewSection["data"]) => (sections: NewSection[]) =>
  sections.map((section) => (section.name === name ? { name, data } : section));
const errors = async (change: (sections: NewSection[]) => NewSection[]): Promise<string[]> =>
  (await inspectUki(await testUki(image, change))).notices
    .filter(({ severity }) => severity === "error")
    .map(({ id }) => id);

describe("inspecting a UKI", () => {
  test("tells everything from the bytes alone", async () => {
    const found = await inspectUki(await testUki(image));
    expect(found).toMatchObject({
      kind: "uki",
      talosVersion: "v1.13.6",
      arch: "arm64",
      kernelRelease: release,
      cmdline,
      extensions: [{ name: "drbd" }, { name: "zfs" }, { name: "tailscale" }],
      kernel: { format: "Image", arch: "arm64", release },
      uki: {
        osRelease: { NAME: "Talos", ID: "talos", VERSION_ID: "v1.13.6" },
        profiles: [
          { id: "main", title: null, cmdline },
          {
            id: "reset-maintenance",
            title: "Reset to maintenance mode",
            cmdline: `${cmdline} talos.experimental.wipe=system:EPHEMERAL,STATE`,
          },
        ],
      },
    });
    expect(found.uki.sections.map(({ name }) => name).slice(4)).toEqual([
      ".osrel",
      ".cmdline",
      ".uname",
      ".linux",
      ".initrd",
      ".profile",
      ".profile",
      ".cmdline",
    ]);
    expect(found.contract.services.map(({ name }) => name)).toEqual(["tailscale"]);
    expect(found.notices.map(({ id }) => id)).toEqual(["stand-in"]);
    expect(found.initramfs?.sha256).toBe(found.uki.sections.find(({ name }) => name === ".initrd")?.sha256);
  });

  test("an image before boot menus has one entry", async () => {
    const found = await inspectUki(await testUki(image, (sections) => sections.slice(0, 5)));
    expect(found.uki.profiles).toEqual([{ id: "main", title: null, cmdline }]);
  });

  test("what does not fit together is named", async () => {
    expect(await errors(replace(".uname", fromText("6.1.0")))).toEqual(["kernel-release-differs"]);
    expect(await errors(replace(".linux", fromBytes(arm64Kernel("6.1.0"))))).toEqual([
      "kernel-release-differs",
    ]);
    expect(await errors(replace(".osrel", fromText("VERSION_ID=v1.12.0\n")))).toEqual(["version-differs"]);
    const x86 = Buffer.alloc(2048);
    x86.write("HdrS", 0x202, "latin1");
    expect(await errors(replace(".linux", fromBytes(x86)))).toEqual(["arch-differs"]);
    for (const name of [".linux", ".initrd"])
      expect(await errors((sections) => sections.filter((section) => section.name !== name))).toEqual([
        "boot-files-missing",
      ]);
  });

  test("every flipped byte changes what is told, or is an error", async () => {
    const good = Buffer.from(await collect((await testUki(image)).stream(), 1 << 24));
    const before = await inspectUki(fromBytes(good));
    const step = Math.ceil(good.length / 10);
    for (let at = 1; at < good.length; at += step) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x08;
      const after = await inspectUki(fromBytes(bad)).catch((error: unknown) => error);
      if (after instanceof Error) expect(after).toHaveProperty("code");
      else expect(after).not.toEqual(before);
    }
  });

  test("what is no PE file is FORMAT_INVALID", async () => {
    await expect(inspectUki(fromText("hello"))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  });
});
