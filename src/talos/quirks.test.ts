import { describe, expect, it } from "vitest";
import { formationQuirks, plainVersion, type Quirks, quirksOf, talosSupport } from "./quirks.ts";

/** Each quirk with the last version before its threshold, the first one after it, and its value on both sides. */
const thresholds: [name: keyof Quirks, before: string, then: unknown, first: string, now: unknown][] = [
  ["compressedMeta", "v1.6.2", false, "v1.6.3", true],
  ["compression", "v1.7.9", "xz", "v1.8.0", "zstd"],
  ["isoLabel", "v1.7.9", false, "v1.8.0", true],
  ["metalSerialConsole", "v1.7.9", true, "v1.8.0", false],
  ["haltIfInstalled", "v1.7.9", false, "v1.8.0", true],
  ["skipDataPartitions", "v1.7.9", false, "v1.8.0", true],
  ["selinux", "v1.9.6", false, "v1.10.0", true],
  ["sdBoot", "v1.9.6", false, "v1.10.0", true],
  ["unsignedUki", "v1.9.6", false, "v1.10.0", true],
  ["ukiProfiles", "v1.9.6", false, "v1.10.0", true],
  ["installerBase", "v1.9.6", false, "v1.10.0", true],
  ["modulesPath", "v1.9.6", "lib/modules", "v1.10.0", "usr/lib/modules"],
  ["firmwarePath", "v1.9.6", "lib/firmware", "v1.10.0", "usr/lib/firmware"],
  ["cardDriversOnArm64", "v1.10.9", false, "v1.11.0", true],
  ["ima", "v1.10.99", true, "v1.11.0", false],
  ["bootMiB", "v1.10.9", 1000, "v1.11.0", 2000],
  ["embeddedConfig", "v1.11.6", false, "v1.12.0", true],
  ["moduleSignatures", "v1.11.6", false, "v1.12.0", true],
  ["isoBootloader", "v1.11.6", false, "v1.12.0", true],
  ["procMemOverride", "v1.12.11", false, "v1.13.0", true],
  ["initOnAlloc", "v1.13.9", true, "v1.14.0", false],
  ["nvmeTimeoutEverywhere", "v1.13.9", true, "v1.14.0", false],
  ["sectors4k", "v1.13.9", false, "v1.14.0", true],
];

describe("quirksOf", () => {
  it.each(thresholds)("%s: %s %s, %s %s", (...[name, before, then, first, now]) => {
    expect(quirksOf(before)[name]).toBe(then);
    expect(quirksOf(first)[name]).toBe(now);
  });

  it("has a threshold in the table for every quirk", () => {
    expect(thresholds.map(([name]) => name).sort()).toEqual(Object.keys(quirksOf("v1.13.0")).sort());
  });

  it("counts a pre-release as its release", () => {
    expect(quirksOf("v1.14.0-alpha.1")).toEqual(quirksOf("v1.14.0"));
  });

  it("reads a version without v", () => {
    expect(quirksOf("1.10.1")).toEqual(quirksOf("v1.10.1"));
  });

  it("takes what it cannot read for the newest, but without systemd-boot", () => {
    expect(quirksOf("latest")).toEqual({ ...quirksOf("v1.14.0"), sdBoot: false, unsignedUki: false });
  });
});

it("a deletion needs its document up to 1.13", () => {
  const needs = ["v1.9.0", "v1.13.9", "v1.14.0-rc.1", "v1.14.0"].map(
    (version) => formationQuirks(version)?.deletionNeedsDocument,
  );
  expect(needs).toEqual([true, true, false, false]);
});

describe("plainVersion", () => {
  it.each([
    ["v1.13.6", "1.13.6"],
    ["1.13", "1.13.0"],
    ["v1.14.0-rc.1+dirty", "1.14.0"],
    ["", undefined],
    ["main", undefined],
    ["v1.13.6 ", undefined],
  ])("%j is %s", (version, plain) => {
    expect(plainVersion(version)).toBe(plain);
  });
});

describe("talosSupport", () => {
  it.each([
    ["v1.8.9", "older"],
    ["v0.14.0", "older"],
    ["v1.9.0", "known"],
    ["v1.14.0-rc.1", "known"],
    ["v1.14.99", "known"],
    ["v1.15.0", "newer"],
    ["v2.1.0", "other"],
    ["nonsense", "other"],
  ])("%s: %s", (version, support) => {
    expect(talosSupport(version)).toBe(support);
  });

  it("of another major release nothing is known that depends on its minor", () => {
    expect(formationQuirks("v2.1.0")).toBeUndefined();
    expect(formationQuirks("v0.14.0")).toBeUndefined();
  });
});
