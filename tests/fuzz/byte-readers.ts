import { execFileSync } from "node:child_process";
import { byteReader } from "../../src/formats/byte-reader.ts";
import { type ByteSource, collect, concat, fromBytes, fromText, slice } from "../../src/formats/bytes.ts";
import { cpioArchive } from "../../src/formats/cpio.ts";
import { readCpio } from "../../src/formats/cpio-read.ts";
import { fromExtents } from "../../src/formats/extents.ts";
import { peStub } from "../../src/formats/fixtures/pe-stub.ts";
import { gptExtents } from "../../src/formats/gpt.ts";
import { layOut, PARTITION_TYPE } from "../../src/formats/gpt-layout.ts";
import { readGpt } from "../../src/formats/gpt-read.ts";
import { readPe, sectionData } from "../../src/formats/pe.ts";
import { appendSections } from "../../src/formats/pe-append.ts";
import { listSegments } from "../../src/formats/segments.ts";
import { parseDefinitions } from "../../src/formats/squashfs-listing.ts";
import { squashfsSuperblock } from "../../src/formats/squashfs-superblock.ts";
import { tarArchive } from "../../src/formats/tar.ts";
import { readTar } from "../../src/formats/tar-read.ts";
import { walkXzStream } from "../../src/formats/xz-stream.ts";
import { walkZstdFrame } from "../../src/formats/zstd-frame.ts";
import { readModinfo } from "../../src/talos/elf-module.ts";
import { kernelModule } from "../helpers/kernel-module.ts";
import { type FuzzReader, fuzzReader } from "./reader.ts";

const most = 1 << 24;
const bytesOf = (source: ByteSource): Promise<Uint8Array> => collect(source.stream(), most);

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function drain(entries: AsyncIterable<{ body: AsyncIterable<Uint8Array> }>): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { body } of entries) {
    let size = 0;
    for await (const chunk of body) size += chunk.length;
    kinds.push(size > 0 ? "content" : "empty");
  }
  return kinds;
}

const archive = (): Promise<Uint8Array> =>
  bytesOf(
    cpioArchive([
      { path: "init", mode: 0o100755, data: fromText("#!") },
      { path: "usr/x", mode: 0o100644, data: fromText("y".repeat(90)) },
      { path: "l", mode: 0o120777, data: fromText("usr/x") },
    ]),
  );

async function tar(): Promise<Uint8Array> {
  const made = await tarArchive([
    { path: "a", data: fromText("x".repeat(70)), xattrs: { "user.x": "y" } },
    { path: "l".repeat(120), type: "symlink", linkTarget: "t".repeat(120) },
    { path: "b", uid: 3_000_000, data: fromText("z") },
  ]);
  return bytesOf(made);
}

const disk = (): Promise<Uint8Array> => {
  const partitions = [{ name: "EFI", type: PARTITION_TYPE.efiSystem, size: 5000 }];
  return bytesOf(fromExtents(3 << 20, gptExtents(layOut({ size: 3 << 20, label: "d", partitions }))));
};

const listing = "/ D 1 755 0 0\na\\ b R 1 644 0 0 5 0 0\nc S 1 777 0 0 a\\ b\nd L a\\ b\ne I 1 644 0 0 s\n";
const superblock = (): Uint8Array => {
  const bytes = Buffer.alloc(96);
  bytes.writeUInt32LE(0x73717368, 0);
  bytes.writeUInt32LE(3, 4);
  bytes.writeUInt32LE(131_072, 12);
  bytes.writeUInt16LE(6, 20);
  bytes.writeUInt16LE(17, 22);
  bytes.writeUInt16LE(4, 28);
  bytes.writeBigUInt64LE(96n, 40);
  return bytes;
};

const plain = Buffer.concat([Buffer.alloc(300, "talos"), Buffer.alloc(50, 7)]);
const packed = (program: string): Uint8Array => execFileSync(program, ["-c"], { input: plain });

/** Readers of bytes, all in this process. */
export async function byteReaders(): Promise<FuzzReader[]> {
  const cpio = await archive();
  const uki = await bytesOf(
    await appendSections(fromBytes(peStub()), [{ name: ".linux", data: fromText("kernel") }]),
  );
  const image = Buffer.from(await disk());
  const [zstd, xz, gzip] = [packed("zstd"), packed("xz"), packed("gzip")];
  return [
    fuzzReader("cpio", {
      seeds: [cpio],
      words: ["070701", "070702", "TRAILER!!!", "../../x", "ffffffff", "00000000"],
      read: (bytes) => drain(readCpio(chunked(bytes, 100))),
    }),
    fuzzReader("tar", {
      seeds: [await tar()],
      words: [
        "ustar\0",
        "../../x",
        "77777777777",
        "30 path=/etc/passwd\n",
        "SCHILY.xattr.x=y",
        "\x80\0\0\0\0\0\0\xff",
      ],
      read: (bytes) => drain(readTar(chunked(bytes, 333))),
    }),
    fuzzReader("pe", {
      seeds: [peStub(), uki],
      words: ["MZ", "PE\0\0", ".linux\0\0", ".cmdline"],
      read: async (bytes) => {
        const source = fromBytes(bytes);
        const { sections } = await readPe(source);
        for (const one of sections) await bytesOf(sectionData(source, one));
        return sections.map(({ name }) => name.slice(0, 2));
      },
    }),
    fuzzReader("gpt", {
      seeds: [image.subarray(0, 2048)],
      words: ["EFI PART", "\x5c\0\0\0", "\x80\0\0\0"],
      read: async (bytes) => {
        const head = bytes.subarray(0, 8192);
        const damaged = concat(fromBytes(head), slice(fromBytes(image), head.length, image.length));
        return (await readGpt(damaged)).partitions.length;
      },
    }),
    fuzzReader("zstd-frame", {
      seeds: [zstd],
      words: ["\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18"],
      read: (bytes) => walkZstdFrame(byteReader(chunked(bytes, 7))),
    }),
    fuzzReader("xz-stream", {
      seeds: [xz],
      words: ["\xfd7zXZ\0", "YZ"],
      read: (bytes) => walkXzStream(byteReader(chunked(bytes, 7))),
    }),
    fuzzReader("segments", {
      seeds: [Buffer.concat([cpio, zstd, xz]), Buffer.concat([cpio, gzip])],
      words: ["070701", "TRAILER!!!", "\x28\xb5\x2f\xfd", "\xfd7zXZ\0", "\x1f\x8b\x08", "\0\0\0\0"],
      read: async (bytes) => (await listSegments(fromBytes(bytes))).map(({ compression }) => compression),
    }),
    fuzzReader("squashfs-listing", {
      seeds: [listing],
      words: [" R 1 644 0 0 5 0", " D 1 755 0 0", "\\ ", "\\\n", "../../x ", "#\n# START OF DATA"],
      read: (bytes) => parseDefinitions(bytes.toString("latin1")).map(({ type }) => type),
    }),
    fuzzReader("squashfs-superblock", { seeds: [superblock()], words: ["hsqs"], read: squashfsSuperblock }),
    fuzzReader("kernel-module", {
      seeds: [kernelModule("zfs", { depends: ["spl"] })],
      words: ["\x7fELF", ".modinfo", "vermagic=", "depends=", "name="],
      read: (bytes) => readModinfo(chunked(bytes, 64), ["name", "vermagic", "depends"]),
    }),
  ];
}
