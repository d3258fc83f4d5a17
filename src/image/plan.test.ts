import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adr, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { plainOutputs } from "../../tests/helpers/small-build.ts";
import type { Lock } from "../catalog/lock-model.ts";
import { makeLock } from "../catalog/make-lock.ts";
import { silent } from "../events.ts";
import { tools as known } from "../formats/tools.ts";
import { layerFiles } from "./layer-files.ts";
import { planBuild, type PlanRequest } from "./plan.ts";
import type { ToolVersions } from "./tool-versions.ts";

let upstream: SmallUpstream;
let lock: Lock;
beforeAll(async () => {
  upstream = await smallUpstream();
  lock = await makeLock(rolesOf(adr), { client: upstream.client, emit: silent });
});
afterAll(() => upstream.close());

const tools: ToolVersions = Object.fromEntries(Object.keys(known).map((name) => [name, "1.0"]));
const plan = (text = adr, changes: Partial<PlanRequest> = {}) =>
  planBuild({ roles: rolesOf(text), lock, outputs: plainOutputs, tools, ...changes });
/** Which assets of both roles have other keys than those of the plain plan. */
function changed(other: ReturnType<typeof plan>): string[] {
  const before = plan().targets.flatMap(({ assets }) => assets);
  const after = new Map(other.targets.flatMap(({ assets }) => assets).map((one) => [one.path, one.buildKey]));
  return before.filter(({ path, buildKey }) => after.get(path) !== buildKey).map(({ path }) => path);
}
const segmentKeys = ({ targets }: ReturnType<typeof plan>): string[] =>
  targets.flatMap(({ segments }) => segments.map(({ key }) => key));

describe("planBuild", () => {
  it("is the same for the same request, and shares segments and modules.dep between roles", () => {
    expect(plan()).toEqual(plan());
    const [compute, gateway] = plan().targets;
    expect(gateway!.segments.slice(0, 3)).toEqual(compute!.segments);
    expect(gateway!.modulesDepKey).toBe(compute!.modulesDepKey);
  });

  it("does not depend on what a role is called or for", () => {
    const text = adr.replace(
      "extensions: [drbd",
      "purpose: other\n    labels: {a: b}\n    extensions: [drbd",
    );
    expect(changed(plan(text))).toEqual([]);
  });

  it("changes with the kernel arguments what has a command line, and nothing else", () => {
    const text = adr.replace("    like: compute", "    like: compute\n    kernelArgs: [quiet]");
    expect(changed(plan(text)).every((path) => path.includes("gateway"))).toBe(true);
    const paths = changed(plan(text));
    for (const name of [
      "cmdline-metal-arm64",
      "metal-arm64-uki.efi",
      "installer-arm64",
      "installer-arm64.tar",
    ])
      expect(paths).toContain(`gateway/${name}`);
    for (const name of ["kernel-arm64", "initramfs-metal-arm64.xz"])
      expect(paths).not.toContain(`gateway/${name}`);
    expect(segmentKeys(plan(text))).toEqual(segmentKeys(plan()));
  });

  it("changes with the version of a tool what that tool makes", () => {
    const other = plan(adr, { tools: { ...tools, mksquashfs: "2.0" } });
    expect(segmentKeys(other).some((key) => segmentKeys(plan()).includes(key))).toBe(false);
    expect(changed(other)).not.toContain("compute/kernel-arm64");
    expect(changed(other)).toContain("compute/initramfs-metal-arm64.xz");
    expect(changed(plan(adr, { tools: { ...tools, qemuArm64: "2.0" } }))).toEqual([]);
  });

  it("changes with the size of sectors the disk images, and nothing else", () => {
    const newer = {
      lock: { ...lock, talos: "v1.14.0" },
      outputs: [...plainOutputs, "metal", "iso"] as const,
    };
    const keys = (text: string) =>
      plan(text, newer).targets.flatMap(({ assets }) => assets.map(({ path, buildKey }) => [path, buildKey]));
    const large = keys(`${adr}images: {sectorSize: 4096}\n`);
    const other = keys(adr).filter(([path, key]) => !large.some(([p, k]) => p === path && k === key));
    expect(other.map(([path]) => path)).toEqual([
      "compute/metal-arm64.raw.zst",
      "gateway/metal-arm64.raw.zst",
    ]);
  });

  it("changes with an extension the roles that have it", () => {
    const moved = structuredClone(lock);
    moved.architectures.arm64!.extensions["tailscale"]!.manifest = `sha256:${"0".repeat(64)}`;
    const paths = changed(plan(adr, { lock: moved }));
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.every((path) => path.includes("gateway"))).toBe(true);
  });

  it("refuses META values that have no room on a disk, and lets be what has none", () => {
    const text = adr.replace(
      "    count: 1",
      `    count: 1\n    meta: [{key: 10, value: "${"a".repeat(200 << 10)}"}, {key: 11, value: "${"b".repeat(70 << 10)}"}]`,
    );
    expect(() => plan(text, { outputs: ["metal"] })).toThrow(
      expect.objectContaining({
        code: "UNSUPPORTED",
        message: expect.stringMatching(/^role gateway: .*key 11/) as string,
      }) as Error,
    );
    expect(plan(text, { outputs: ["kernel"] }).targets).toHaveLength(2);
  });

  it("refuses a lock without the role", () => {
    const { compute: _, ...roles } = lock.roles;
    expect(() => plan(adr, { lock: { ...lock, roles } })).toThrow(
      expect.objectContaining({ code: "LOCK_INVALID" }) as Error,
    );
  });
});

describe("layerFiles", () => {
  it("never gives a name twice, nor one that the initramfs has, nor one that leads elsewhere", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom("rootfs", "modules.dep", "../x", "a"))),
        (names) => {
          const files = layerFiles(names);
          expect(new Set(files).size).toBe(names.length);
          for (const file of files) {
            expect(file).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*\.sqsh$/);
            expect(["rootfs.sqsh", "modules.dep.sqsh"]).not.toContain(file);
          }
        },
      ),
    );
  });

  it("keeps ordinary names", () => {
    expect(layerFiles(["drbd", "intel-ucode", "drbd"])).toEqual([
      "drbd.sqsh",
      "intel-ucode.sqsh",
      "drbd-2.sqsh",
    ]);
  });
});
