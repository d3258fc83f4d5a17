import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuildRecord, writeRecord } from "../../image/record.ts";
import { builtAsset } from "./built-asset.ts";

const folder = mkdtempSync(join(tmpdir(), "built-"));
afterAll(() => rmSync(folder, { recursive: true }));

const asset = (kind: string, path: string, platform?: string) => ({
  kind,
  path,
  ...(platform === undefined ? {} : { platform }),
  sha256: "0".repeat(64),
  bytes: 1,
  buildKey: "0".repeat(64),
});
const assets = [
  asset("uki", "gateway/metal-arm64-uki.efi", "metal"),
  asset("disk", "gateway/aws-arm64.raw.zst", "aws"),
  asset("disk", "gateway/metal-arm64.raw.zst", "metal"),
];

beforeAll(() =>
  writeRecord(folder, {
    recordVersion: 1,
    talosVersion: "v1.13.6",
    roles: [
      {
        name: "gateway",
        arch: "arm64",
        inputsKey: "0".repeat(64),
        kernelRelease: "6.18.1-talos",
        extensions: [],
        schematic: null,
        installer: "localhost/talos-gateway:v1.13.6",
        standIns: [],
        assets,
      },
    ],
  } as unknown as BuildRecord),
);

describe("builtAsset", () => {
  it("finds the image for metal among all disk images", async () => {
    expect(await builtAsset(folder, "gateway", { asset: "metal" })).toEqual({
      path: join(folder, "gateway/metal-arm64.raw.zst"),
      arch: "arm64",
      talosVersion: "v1.13.6",
    });
  });

  it.each([
    [{ asset: "iso" }, "gateway"],
    [{ asset: "uki", arch: "amd64" }, "gateway"],
    [{ asset: "uki" }, "compute"],
  ] as const)("%j of %s was not built", async (wanted, role) => {
    await expect(builtAsset(folder, role, wanted)).rejects.toMatchObject({ code: "USAGE" });
  });
});
