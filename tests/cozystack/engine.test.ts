import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EngineOptions, buildWithCozystack } from "../../src/cozystack/engine/build.ts";
import { layoutFiles } from "../../src/cozystack/fixtures/layout-files.ts";
import { makeRepository } from "../../src/cozystack/fixtures/repository.ts";
import { git } from "../../src/cozystack/git.ts";
import { silent } from "../../src/events.ts";
import { readRecord } from "../../src/image/record.ts";
import { inspectFile } from "../../src/inspect/file.ts";
import { type CozystackPrograms, cozystackPrograms } from "../helpers/cozystack-programs.ts";
import { type SmallBuild, smallBuild } from "../helpers/small-build.ts";

let small: SmallBuild;
let checkout: string;
let programs: CozystackPrograms;
const path = process.env["PATH"];
const usePrograms = async (more: { always?: string } = {}) => {
  const { lock, out: images } = small;
  programs = await cozystackPrograms({ folder: join(small.folder, "programs"), lock, images, ...more });
  process.env["PATH"] = `${programs.folder}:${path}`;
};
const out = () => join(small.folder, "cozystack-out");
const build = (changes: Partial<EngineOptions> = {}) =>
  buildWithCozystack({
    roles: small.roles,
    lock: small.lock,
    checkout,
    out: out(),
    outputs: ["kernel", "initramfs", "installer"],
    outputsNamed: true,
    emit: silent,
    ...changes,
  });

beforeAll(async () => {
  small = await smallBuild();
  // What the imager would have made: the native engine's images of the same roles.
  await small.build({ outputs: ["kernel", "initramfs", "installer"] });
  checkout = join(small.folder, "cozystack");
  await makeRepository(checkout, layoutFiles("E"), { tag: "v1.6.2" });
}, 120_000);
afterAll(() => small.close());
beforeEach(() => usePrograms());
afterEach(async () => {
  process.env["PATH"] = path;
  await rm(out(), { recursive: true, force: true });
});

describe("the CozyStack engine", () => {
  it("builds both roles by upstream's targets, each in a work tree of its own, into the native engine's record", async () => {
    const { record } = await build();
    const native = await readRecord(small.out);
    const comparable = (roles: typeof record.roles) =>
      roles.map((role) => ({
        ...role,
        assets: [],
        extensions: role.extensions.toSorted((one, other) => one.name.localeCompare(other.name)),
      }));
    const wanted = comparable(native.roles).map((role) => ({
      ...role,
      extensions: role.extensions.filter(({ name }) => name !== "modules.dep"),
    }));
    expect(comparable(record.roles)).toEqual(wanted);
    expect(await readRecord(out())).toEqual(record);
    expect(record.roles[1]?.assets.map(({ kind, format, path }) => [kind, format, path])).toEqual([
      ["kernel", undefined, "gateway/kernel-arm64"],
      ["initramfs", undefined, "gateway/initramfs-metal-arm64.xz"],
      ["installer", "oci-layout", "gateway/installer-arm64"],
      ["installer", "docker-archive", "gateway/installer-arm64.tar"],
    ]);
  }, 60_000);

  it("asks the imager of the pinned version for exactly the role's profile, and no registry for versions", async () => {
    await build({ only: ["gateway"], outputs: ["installer"] });
    const calls = await programs.calls();
    expect(calls).toHaveLength(2);
    expect(calls[0]).toBe("crane export ghcr.io/siderolabs/extensions:v1.13.6");
    expect(calls[1]).toMatch(
      /^docker run --rm -i -v \/dev:\/dev --privileged ghcr\.io\/siderolabs\/imager:v1\.13\.6 --tar-to-stdout - <<< /,
    );
    const profile = calls[1]?.split(" <<< ")[1] ?? "";
    expect(profile).toContain("arch: arm64;");
    expect(profile).not.toContain("amd64");
    expect(profile.match(/siderolabs\/[a-z]+(?=:[^;]*@sha256)/g)).toEqual([
      "siderolabs/drbd",
      "siderolabs/zfs",
      "siderolabs/spin",
      "siderolabs/tailscale",
    ]);
  });

  it("leaves an image that push can send: an OCI layout with the same content as the archive", async () => {
    const { record } = await build({ only: ["compute"], outputs: ["installer"] });
    const layout = record.roles[0]?.assets.find(({ format }) => format === "oci-layout");
    const [asLayout, asArchive] = await Promise.all([
      inspectFile(join(out(), layout?.path ?? "")),
      inspectFile(join(out(), "compute/installer-arm64.tar")),
    ]);
    expect(asLayout.image?.digest).toBe(`sha256:${layout?.sha256}`);
    expect(asLayout.image?.files).toEqual(asArchive.image?.files);
    expect(asLayout.extensions).toEqual(asArchive.extensions);
  });

  it("builds from LF whatever line ends the user's git writes", async () => {
    await git(["-C", checkout, "config", "core.autocrlf", "true"]);
    try {
      const { record } = await build({ only: ["compute"], outputs: ["kernel"] });
      expect(record.roles).toHaveLength(1);
    } finally {
      await git(["-C", checkout, "config", "--unset", "core.autocrlf"]);
    }
  });

  it("leaves the checkout as it was, also when it fails", async () => {
    await build({ only: ["compute"], outputs: ["kernel"] });
    await usePrograms({ always: "compute" });
    await expect(build({ only: ["gateway"], outputs: ["installer"] })).rejects.toMatchObject({
      code: "READ_BACK_MISMATCH",
    });
    expect(await git(["-C", checkout, "status", "--porcelain", "--ignored"])).toBe("");
    expect(await git(["-C", checkout, "worktree", "list"])).toMatch(/^[^\n]*\n$/);
  });
});

describe("what the CozyStack engine refuses", () => {
  it("an image that is not the role's: it says what is in it, and nothing is left of it", async () => {
    await usePrograms({ always: "compute" });
    await expect(build({ only: ["gateway"], outputs: ["installer"] })).rejects.toMatchObject({
      code: "READ_BACK_MISMATCH",
      message: expect.stringMatching(
        /not the image of role gateway: it has [^;]*, not [^;]*tailscale/,
      ) as string,
    });
    expect(await readdir(join(out(), "gateway"))).toEqual([]);
    await expect(readRecord(out())).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });

  it("to begin without its tools: all that are missing are named", async () => {
    const few = join(small.folder, "few");
    await mkdir(few, { recursive: true });
    await symlink("/usr/bin/git", join(few, "git"));
    process.env["PATH"] = few;
    await expect(build()).rejects.toMatchObject({
      code: "TOOL_MISSING",
      message: expect.stringContaining(
        "make, sh, docker, skopeo, crane, jq, which are not installed",
      ) as string,
      hint: expect.stringMatching(/docs\.docker\.com.*go install .*crane.*native engine/) as string,
    });
  });

  it("extensions that Talos' list has under another digest than the lock", async () => {
    const lock = structuredClone(small.lock);
    lock.architectures.arm64!.extensions["zfs"]!.digest = `sha256:${"0".repeat(64)}`;
    await expect(build({ lock })).rejects.toMatchObject({
      code: "LOCK_STALE",
      message: expect.stringMatching(
        /lists ghcr\.io\/siderolabs\/zfs:.* where the lock has zfs as .*00000/,
      ) as string,
    });
  });

  it("an extension that the list does not have: the script's own words are shown", async () => {
    const lock = structuredClone(small.lock);
    lock.architectures.arm64!.extensions["zfs"]!.repository = "ghcr.io/siderolabs/zfs-next";
    await expect(build({ lock })).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringContaining("there is no extension zfs-next for Talos v1.13.6") as string,
    });
  });

  it("a checkout of another release than roles.yaml names", async () => {
    const { roles } = small;
    await expect(
      build({ roles: { ...roles, cluster: { ...roles.cluster, cozystack: "v1.6.1" } } }),
    ).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/v1\.6\.2.*v1\.6\.1/) as string,
    });
  });

  it("what CozyStack's profiles have no place for", async () => {
    const { roles } = small;
    const [compute, gateway] = roles.roles as [(typeof roles.roles)[0], (typeof roles.roles)[0]];
    const unsupported = { code: "UNSUPPORTED" };
    await expect(build({ outputs: ["uki"] })).rejects.toMatchObject(unsupported);
    const quiet = { ...roles, roles: [{ ...compute, kernelArgs: ["quiet"] }, gateway] };
    await expect(build({ roles: quiet })).rejects.toMatchObject(unsupported);
    // What another role has is no matter.
    const { record } = await build({ roles: quiet, only: ["gateway"], outputs: ["kernel"] });
    expect(record.roles.map(({ name }) => name)).toEqual(["gateway"]);
    const lock = structuredClone(small.lock);
    lock.architectures.arm64!.extensions["zfs"]!.repository = "ghcr.io/acme/zfs";
    await expect(build({ lock })).rejects.toMatchObject(unsupported);
    const early = join(small.folder, "early");
    await makeRepository(early, layoutFiles("B1"), { tag: "v0.21.0" });
    await expect(build({ checkout: early })).rejects.toMatchObject(unsupported);
  });
});
