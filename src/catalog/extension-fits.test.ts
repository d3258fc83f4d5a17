import { describe, expect, it } from "vitest";
import { emptyContract } from "../talos/contract.ts";
import { checkFits, usefulness } from "./extension-fits.ts";
import type { ExtensionFacts } from "./extension-facts.ts";

const facts = {
  manifest: { name: "zfs", version: "2.4", author: "", description: "", compatibility: ">= v1.13.0" },
  contract: { ...emptyContract(), modules: [{ name: "zfs", release: "6.18.44-talos", dependsOn: [] }] },
  oldLayout: false,
} as unknown as ExtensionFacts;
const target = { talos: "v1.13.6", kernelRelease: "6.18.44-talos", where: "role a: zfs" };
const refusal = (changes: Partial<ExtensionFacts>, at: Partial<typeof target> = {}): unknown => {
  try {
    return checkFits({ ...facts, ...changes }, { ...target, ...at });
  } catch (error) {
    return error;
  }
};

describe("checkFits", () => {
  it("takes what was made for this Talos", () => expect(refusal({})).toBeUndefined());

  it("refuses what is for another Talos", () => {
    expect(refusal({}, { talos: "v1.12.9" })).toMatchObject({
      code: "EXTENSION_INCOMPATIBLE",
      message: "role a: zfs: zfs 2.4 is for Talos >= v1.13.0, not v1.12.9",
      hint: expect.stringContaining("`cluster.talos`") as string,
    });
  });

  it("refuses files outside /usr where Talos links them", () => {
    expect(refusal({ oldLayout: true })).toMatchObject({
      code: "EXTENSION_INCOMPATIBLE",
      message: "role a: zfs: zfs 2.4 has files outside /usr that Talos v1.13.6 links there",
    });
    const manifest = { ...facts.manifest, compatibility: ">= v1.9.0" };
    expect(refusal({ oldLayout: true, manifest }, { talos: "v1.9.5" })).toBeUndefined();
  });

  it("refuses modules for another kernel", () => {
    expect(refusal({}, { kernelRelease: "6.18.45-talos" })).toMatchObject({
      code: "KERNEL_RELEASE_MISMATCH",
      message: "role a: zfs: zfs 2.4 has modules for kernel 6.18.44-talos, Talos v1.13.6 is 6.18.45-talos",
      hint: expect.stringContaining("its tag usually ends with it") as string,
    });
  });
});

describe("usefulness", () => {
  const of = (key: string, arch: "arm64" | "amd64", emptyOn: ("arm64" | "amd64")[] = [], talos = "v1.13.6") =>
    usefulness({ key, arch, talos, contract: { ...emptyContract(), emptyOn } });

  it("is none where the image is empty for the architecture", () => {
    expect(of("amd-ucode", "arm64", ["arm64"])).toBe(
      "its image has nothing for arm64; remove it from roles that are arm64 only",
    );
    expect(of("amd-ucode", "amd64", ["arm64"])).toBeUndefined();
  });

  it("is none of a card's firmware where the kernel has no driver for it", () => {
    const kinds = ["bnx2-bnx2x", "qlogic-firmware", "intel-ice-firmware"];
    const told = kinds.map((key) => [of(key, "arm64", [], "v1.9.5"), of(key, "amd64", [], "v1.9.5")]);
    const why = "the arm64 kernel of Talos v1.9.5 has no driver for its firmware";
    expect(told).toEqual(kinds.map(() => [why, undefined]));
    expect(of("zfs", "arm64", [], "v1.9.5")).toBeUndefined();
  });
});
