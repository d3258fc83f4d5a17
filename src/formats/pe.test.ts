import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collect, fromBytes, fromText } from "./bytes.ts";
import { peStub } from "./fixtures/pe-stub.ts";
import { PE_MACHINE, readPe, sectionData } from "./pe.ts";
import { appendSections } from "./pe-append.ts";

const folder = mkdtempSync(join(tmpdir(), "pe-"));
afterAll(() => rmSync(folder, { recursive: true }));

const added = [
  { name: ".osrel", data: fromText('NAME="Talos"\n') },
  { name: ".cmdline", data: fromText("talos.platform=metal") },
  { name: ".linux", data: fromBytes(Buffer.alloc(5000, 1)) },
  { name: ".profile", data: fromText("ID=main") },
  { name: ".profile", data: fromText("ID=reset") },
  { name: ".empty", data: fromText("") },
];
const build = async (timestamp?: number): Promise<Uint8Array> => {
  const image = await appendSections(
    fromBytes(peStub()),
    added,
    timestamp === undefined ? {} : { timestamp },
  );
  const bytes = await collect(image.stream(), 1 << 20);
  expect(bytes.length).toBe(image.size);
  return bytes;
};

describe("PE", () => {
  test("reads machine, time and sections", async () => {
    const pe = await readPe(fromBytes(peStub()));
    expect(pe).toMatchObject({ machine: PE_MACHINE.arm64, timestamp: 1234567890, fileAlignment: 0x200 });
    expect(pe.sections.map(({ name, virtualSize }) => [name, virtualSize])).toEqual([
      [".text", 100],
      [".rodata", 101],
      [".data", 102],
      [".sbat", 103],
    ]);
  });

  test("appended sections are read back, each with its exact bytes, and the stub's own are untouched", async () => {
    const source = fromBytes(await build());
    const pe = await readPe(source);
    const contents = await Promise.all(
      pe.sections.map(async (section) =>
        Buffer.from(await collect(sectionData(source, section).stream(), 1 << 20)),
      ),
    );
    expect(pe.sections.slice(4).map(({ name }) => name)).toEqual(added.map(({ name }) => name));
    expect(contents[5]!.toString()).toBe("talos.platform=metal");
    expect(contents[8]!.toString()).toBe("ID=reset");
    expect(contents[6]!.equals(Buffer.alloc(5000, 1))).toBe(true);
    const stub = fromBytes(peStub());
    for (const [index, section] of (await readPe(stub)).sections.entries())
      expect(contents[index]!.equals(await collect(sectionData(stub, section).stream(), 1000))).toBe(true);
    for (const [index, section] of pe.sections.entries()) {
      expect(section.virtualAddress % pe.sectionAlignment).toBe(0);
      expect(section.rawOffset % pe.fileAlignment).toBe(0);
      const before = pe.sections[index - 1];
      if (before) expect(section.rawOffset).toBe(before.rawOffset + before.rawSize);
    }
  });

  test("binutils for arm64 reads the same sections", async () => {
    const file = join(folder, "uki.efi");
    writeFileSync(file, await build(1_000_000_000));
    const text = execFileSync("aarch64-linux-gnu-objdump", ["-x", file], { encoding: "utf8" });
    expect(text).toContain("pei-aarch64-little");
    expect(text).toMatch(/Time\/Date\s+Sun Sep {2}9 01:46:40 2001/);
    expect(text).toMatch(/SizeOfImage\s+0000b000/);
    expect(text).toMatch(/\.osrel +0000000d/);
    expect(text).toMatch(/\.linux +00001388/);
    execFileSync("aarch64-linux-gnu-objcopy", [
      "-O",
      "binary",
      "--only-section=.cmdline",
      file,
      join(folder, "c"),
    ]);
    expect(readFileSync(join(folder, "c"), "utf8").slice(0, 20)).toBe("talos.platform=metal");
  });

  test("the same inputs give the same bytes", async () => {
    expect(Buffer.from(await build()).equals(await build())).toBe(true);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("hello".repeat(100))],
    ["MZ only", Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200, 0xff)])],
    ["cut in its headers", peStub().subarray(0, 0x120)],
    ["cut in its data", peStub().subarray(0, 0x500)],
  ])("%s is FORMAT_INVALID", async (_, bytes) => {
    await expect(readPe(fromBytes(bytes))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  });

  test("a stub with symbols is refused", async () => {
    const stub = Buffer.from(peStub());
    stub.writeUInt32LE(0x300, 0x4c);
    await expect(appendSections(fromBytes(stub), added)).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  });

  test("4 GiB is too large", async () => {
    const huge = { ...fromText(""), size: 2 ** 32 };
    await expect(
      appendSections(fromBytes(peStub()), [{ name: ".initrd", data: huge }]),
    ).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
  });
});
