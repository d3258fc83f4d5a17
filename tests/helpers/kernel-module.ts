import type { Arch } from "../../src/talos/arch.ts";

export interface ModuleParts {
  arch?: Arch;
  release?: string;
  depends?: string[];
  /** Bytes of content before the sections that matter. */
  padding?: number;
}

const machine = { amd64: 62, arm64: 183 };

/** A smallest ELF object that kmod's `modinfo` reads as a kernel module. */
export function kernelModule(
  name: string,
  { arch = "arm64", release = "6.18.1-talos", depends = [], padding = 0 }: ModuleParts = {},
): Buffer {
  const modinfo = Buffer.from(
    [
      "license=GPL",
      `depends=${depends.join(",")}`,
      `name=${name}`,
      `vermagic=${release} SMP mod_unload aarch64`,
      "",
    ].join("\0"),
  );
  const names = Buffer.from("\0.modinfo\0.shstrtab\0");
  const at = 64 + padding;
  const table = Math.ceil((at + modinfo.length + names.length) / 8) * 8;
  const file = Buffer.alloc(table + 3 * 64);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(1, 16);
  file.writeUInt16LE(machine[arch], 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(table), 40);
  [64, 0, 0, 64, 3, 2].forEach((value, index) => file.writeUInt16LE(value, 52 + 2 * index));
  // What lies before must not be mistaken for the section.
  for (let index = 64; index < at; index += 1)
    file[index] = "\0name=wrong\0depends=no\0".charCodeAt(index % 22);
  file.set(modinfo, at);
  file.set(names, at + modinfo.length);
  section(file, table + 64, { name: 1, type: 1, flags: 2, offset: at, size: modinfo.length });
  section(file, table + 128, {
    name: 10,
    type: 3,
    flags: 0,
    offset: at + modinfo.length,
    size: names.length,
  });
  return file;
}

function section(
  file: Buffer,
  at: number,
  header: Record<"name" | "type" | "flags" | "offset" | "size", number>,
): void {
  file.writeUInt32LE(header.name, at);
  file.writeUInt32LE(header.type, at + 4);
  file.writeBigUInt64LE(BigInt(header.flags), at + 8);
  file.writeBigUInt64LE(BigInt(header.offset), at + 24);
  file.writeBigUInt64LE(BigInt(header.size), at + 32);
  file.writeBigUInt64LE(1n, at + 48);
}
