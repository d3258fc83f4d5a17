import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collect, fromBytes, fromFile, fromText } from "./bytes.ts";
import { fromExtents, writeSparse } from "./extents.ts";
import { gptExtents } from "./gpt.ts";
import { layOut, PARTITION_TYPE } from "./gpt-layout.ts";
import { partitionData, readGpt } from "./gpt-read.ts";

const MIB = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), "gpt-"));
afterAll(() => rmSync(folder, { recursive: true }));

const partitions = [
  { name: "EFI", type: PARTITION_TYPE.efiSystem, size: 2101 * MIB },
  { name: "META", type: PARTITION_TYPE.linuxData, size: MIB },
];
const metal = { size: 2246 * MIB, label: "talos-image-disk", partitions };

describe("GPT", () => {
  test("the sectors of Talos' arm64 metal image", () => {
    const disk = layOut(metal);
    expect(disk).toMatchObject({ guid: "d92d45b3-cde9-8760-be9f-a2a71fac8d11", sectors: 4599808 });
    expect(disk.partitions).toMatchObject([
      { firstLba: 2048, lastLba: 4304895, guid: "bca5174b-0118-8a6a-af0b-2c6e1585acae" },
      { firstLba: 4304896, lastLba: 4306943, guid: "cf04f137-101e-8ec6-9627-fa3f51cdabb8" },
    ]);
    expect(layOut({ ...metal, sectorSize: 4096 }).partitions).toMatchObject([
      { firstLba: 256, lastLba: 538111 },
      { firstLba: 538112, lastLba: 538367 },
    ]);
  });

  test("sgdisk finds no fault in it, and it takes no space", async () => {
    const path = join(folder, "disk.raw");
    const disk = layOut(metal);
    await writeSparse(path, metal.size, gptExtents(disk));
    expect(statSync(path)).toMatchObject({ size: metal.size });
    expect(statSync(path).blocks * 512).toBeLessThan(MIB);
    expect(execFileSync("sgdisk", ["-v", path], { encoding: "utf8" })).toContain("No problems found");
    const text = execFileSync("sgdisk", ["-i", "1", path], { encoding: "utf8" });
    expect(text).toContain("C12A7328-F81F-11D2-BA4B-00A0C93EC93B (EFI system partition)");
    expect(text).toContain("Partition unique GUID: BCA5174B-0118-8A6A-AF0B-2C6E1585ACAE");
    expect(text).toContain("Last sector: 4304895");
    expect(await readGpt(await fromFile(path))).toEqual(disk);
  });

  test.each([512, 4096] as const)("what is written is read back, sectors of %i", async (sectorSize) => {
    const disk = layOut({
      size: 8 * MIB,
      sectorSize,
      label: "d",
      partitions: [
        { name: "ONE", type: PARTITION_TYPE.linuxData, size: 5 },
        { name: "BIOS", type: PARTITION_TYPE.biosBoot, size: MIB, attributes: 4n },
      ],
    });
    const content = { offset: disk.partitions[0]!.firstLba * sectorSize, data: fromText("hello") };
    const image = fromExtents(8 * MIB, [content, ...gptExtents(disk)]);
    const bytes = await collect(image.stream(), 8 * MIB);
    expect(bytes.length).toBe(8 * MIB);
    expect(await readGpt(fromBytes(bytes))).toEqual(disk);
    const data = partitionData(fromBytes(bytes), disk, disk.partitions[0]!);
    expect(Buffer.from(await collect(data.stream(0, 5), 5)).toString()).toBe("hello");
  });

  test("partitions that do not fit or overlap are refused", () => {
    expect(() => layOut({ ...metal, size: 2000 * MIB })).toThrow(
      expect.objectContaining({ code: "FORMAT_INVALID" }),
    );
    const disk = layOut(metal);
    const overlapping = {
      ...disk,
      partitions: [disk.partitions[0]!, { ...disk.partitions[1]!, firstLba: 3000 }],
    };
    expect(() => gptExtents(overlapping)).toThrow(expect.objectContaining({ code: "FORMAT_INVALID" }));
  });

  test("every flipped byte of either copy is noticed", async () => {
    const disk = layOut({ size: 4 * MIB, label: "d", partitions: [{ ...partitions[1]!, size: 1000 }] });
    const good = Buffer.from(await collect(fromExtents(4 * MIB, gptExtents(disk)).stream(), 4 * MIB));
    for (const offset of [
      512,
      512 + 17,
      512 + 60,
      1024,
      1024 + 56,
      4 * MIB - 512 + 30,
      4 * MIB - 33 * 512 + 3,
    ]) {
      const bad = Buffer.from(good);
      bad[offset]! ^= 1;
      await expect(readGpt(fromBytes(bad)), `byte ${offset}`).rejects.toMatchObject({
        code: "FORMAT_INVALID",
      });
    }
    for (const size of [0, 512, 600, MIB])
      await expect(readGpt(fromBytes(good.subarray(0, size)))).rejects.toMatchObject({
        code: "FORMAT_INVALID",
      });
  });
});
