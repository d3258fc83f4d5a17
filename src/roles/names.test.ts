import { describe, expect, it } from "vitest";
import {
  diskName,
  initramfsName,
  installerName,
  isoName,
  kernelName,
  ukiName,
  cmdlineName,
} from "./asset-names.ts";
import { parseRoles } from "./load.ts";
import {
  buildTag,
  installerReference,
  installerRepository,
  lockPath,
  repositoryName,
  suffixOf,
  targetsOf,
} from "./names.ts";

const load = (arch: string) =>
  parseRoles(
    `cluster: {talos: v1.13.6, arch: ${arch}}\nimages: {registry: ghcr.io/urmanac/moon}\nroles: {compute: {}, gateway: {arch: arm64}}`,
    "roles.yaml",
  ).roles;

describe("names", () => {
  it("with one architecture carry the role only", () => {
    const file = load("arm64");
    const target = { role: "gateway", arch: "arm64" } as const;
    expect(suffixOf(file, target)).toBe("-gateway");
    expect(repositoryName(file, target)).toBe("talos-gateway");
    expect(installerRepository(file, target)).toBe("ghcr.io/urmanac/moon/talos-gateway");
    expect(installerReference(file, target)).toBe("ghcr.io/urmanac/moon/talos-gateway:v1.13.6");
  });

  it("with several carry the architecture in the repository, never in the tag", () => {
    const file = load("[arm64, amd64]");
    expect(targetsOf(file).map((target) => installerReference(file, target))).toEqual([
      "ghcr.io/urmanac/moon/talos-compute-arm64:v1.13.6",
      "ghcr.io/urmanac/moon/talos-compute-amd64:v1.13.6",
      "ghcr.io/urmanac/moon/talos-gateway-arm64:v1.13.6",
    ]);
  });

  it("differ for different targets, whatever roles are called", () => {
    const { roles } = parseRoles(
      "cluster: {arch: [arm64, amd64]}\nroles: {a: {}, a-arm64: {}, a-arm64-amd64: {}}",
      "roles.yaml",
    );
    const names = targetsOf(roles).map((target) => repositoryName(roles, target));
    expect(new Set(names).size).toBe(names.length);
  });

  it("of a build are the Talos tag and the key's beginning", () => {
    expect(buildTag(load("arm64"), `sha256:${"0123456789abcdef".repeat(4)}`)).toBe("v1.13.6-0123456789ab");
  });

  it.each([
    ["roles.yaml", "roles.lock.json"],
    ["a/b/roles.yml", "a/b/roles.lock.json"],
    ["/x/edge.roles.yaml", "/x/edge.roles.lock.json"],
    ["../roles", "../roles.lock.json"],
  ])("the lock of %s is %s", (file, lock) => {
    expect(lockPath(file)).toBe(lock);
  });

  it("of assets are the imager's", () => {
    expect([
      kernelName("arm64"),
      initramfsName("arm64"),
      cmdlineName("arm64"),
      ukiName("arm64"),
      isoName("amd64"),
      installerName("arm64"),
      diskName({ platform: "metal", arch: "arm64", format: "raw", compression: "zst" }),
      diskName({ platform: "openstack", arch: "amd64", format: "qcow2" }),
    ]).toEqual([
      "kernel-arm64",
      "initramfs-metal-arm64.xz",
      "cmdline-metal-arm64",
      "metal-arm64-uki.efi",
      "metal-amd64.iso",
      "installer-arm64.tar",
      "metal-arm64.raw.zst",
      "openstack-amd64.qcow2",
    ]);
  });
});
