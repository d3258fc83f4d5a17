import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutFiles, layoutShapes } from "./fixtures/layout-files.ts";
import type { LayoutShape } from "./fixtures/makefile.ts";
import { makeRepository } from "./fixtures/repository.ts";
import type { ScriptShape } from "./fixtures/script.ts";
import { git } from "./git.ts";
import { patchCozystack } from "./patch.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozystack-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function repository(name: string, files: Record<string, string>): Promise<string> {
  const path = join(folder, name);
  await makeRepository(path, files);
  return path;
}

const understood = ["A", "B1", "B3", "B4", "C", "D", "E", "F"] as const satisfies LayoutShape[];

describe("every layout", () => {
  it.each(understood)("%s: recognised, patched and proven", async (layout) => {
    const checkout = await repository(`layout-${layout}`, layoutFiles(layout));
    const found = await patchCozystack(checkout);
    expect(found).toMatchObject({ layout, talos: layoutShapes[layout].talos, tag: null });
    expect(found.proofs.filter(({ holds }) => !holds)).toEqual([]);
    expect(found.proofs.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "applies",
        "blobs",
        "modes",
        "paths",
        "profiles-sh",
        "profiles-bash",
        "targets",
      ]),
    );
    expect(found.files.map(({ mode }) => mode)).toEqual(["100755", "100644", "100644"]);
    expect(found.patch).not.toMatch(/^(?:old|new) mode|^similarity|^new file/m);
  });

  it("B2 is refused with the line that runs in a cluster", async () => {
    const checkout = await repository("layout-B2", layoutFiles("B2"));
    await expect(patchCozystack(checkout)).rejects.toMatchObject({
      code: "LAYOUT_UNKNOWN",
      message: expect.stringMatching(/installer\/Makefile:\d+: layout B2 .*kubectl exec/) as string,
    });
  });
});

describe("every generation of the script", () => {
  const generations: [ScriptShape, LayoutShape, string][] = [
    [
      "S1",
      "A",
      "amd-ucode amdgpu-firmware bnx2-bnx2x i915-ucode intel-ice-firmware intel-ucode qlogic-firmware",
    ],
    [
      "S3",
      "B1",
      "amd-ucode amdgpu-firmware bnx2-bnx2x i915-ucode intel-ice-firmware intel-ucode qlogic-firmware",
    ],
    // Two names were looked up, and never emitted.
    ["S5", "B3", "amd-ucode bnx2-bnx2x intel-ice-firmware intel-ucode qlogic-firmware"],
    // The list and the template had two orders.
    ["S7", "B4", "amd-ucode amdgpu bnx2-bnx2x intel-ice-firmware i915 intel-ucode qlogic-firmware"],
  ];
  it.each(generations)("%s: its defaults are what profiles have", async (script, layout, firmwares) => {
    const files = layoutFiles(layout, { script, talos: layoutShapes[layout].talos });
    const found = await patchCozystack(await repository(`script-${script}`, files));
    expect(found.defaults).toEqual({
      firmwares: firmwares.split(" "),
      extensions: script === "S7" ? ["drbd", "zfs", "lldpd"] : ["drbd", "zfs"],
    });
  });
});

describe("the patch itself", () => {
  let checkout: string;
  beforeAll(async () => {
    checkout = await repository("itself", layoutFiles("F"));
  });

  it("leaves the checkout as it was", async () => {
    const before = await git(["-C", checkout, "count-objects", "-v"]);
    await patchCozystack(checkout);
    expect(await git(["-C", checkout, "status", "--porcelain", "--ignored"])).toBe("");
    expect(await git(["-C", checkout, "count-objects", "-v"])).toBe(before);
    expect(await git(["-C", checkout, "worktree", "list"])).toMatch(/^[^\n]*\n$/);
  });

  it("is the same from a folder within, from another clone, and with --ref", async () => {
    const { patch } = await patchCozystack(checkout);
    const clone = join(folder, "clone");
    await git(["clone", "--quiet", "--bare", checkout, clone]);
    expect((await patchCozystack(join(checkout, "packages"))).patch).toBe(patch);
    expect((await patchCozystack(clone, { ref: "main" })).patch).toBe(patch);
  });

  it("applied, says so when asked again, and says when only half is there", async () => {
    const patched = join(folder, "patched");
    await git(["clone", "--quiet", checkout, patched]);
    const { patch } = await patchCozystack(patched);
    await git(["-C", patched, "apply", "--index"], { input: bytes(patch) });
    const commit = [
      "-C",
      patched,
      "-c",
      "user.name=x",
      "-c",
      "user.email=x@example.org",
      "commit",
      "-qm",
      "x",
    ];
    await git(commit);
    await expect(patchCozystack(patched)).rejects.toMatchObject({
      code: "ALREADY_PATCHED",
      message: "this checkout is patched already",
    });
    await git(["-C", patched, "checkout", "HEAD~1", "--", "packages/core/talos/Makefile"]);
    await git(commit);
    await expect(patchCozystack(patched)).rejects.toMatchObject({
      code: "ALREADY_PATCHED",
      message: expect.stringContaining("in part") as string,
    });
    expect(await readFile(join(patched, "packages/core/talos/hack/gen-profiles.sh"), "utf8")).toContain(
      "ARCH",
    );
  });
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
