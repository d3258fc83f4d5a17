import { type ByteSource, concat, fromText, zeros } from "../formats/bytes.ts";
import { cpioArchive, type CpioEntry } from "../formats/cpio.ts";
import { zstdStored } from "../formats/stored.ts";
import { extensionsYaml } from "./extensions-yaml.ts";
import { parentsOf } from "./firmware.ts";
import type { Segment } from "./segment.ts";

/**
 * An initramfs for Talos: microcode first and plain, as the kernel wants it; then the stock initramfs as it is; then one segment after another
 * in their order, later ones over earlier ones; last `extensions.yaml`. Without segments it is the stock initramfs byte for byte.
 * Every segment is made of whole zstd frames, which Linux accepts at any place. Facts §2.8, §3.1.
 */
export function initramfs(stock: ByteSource, segments: readonly Segment[]): ByteSource {
  if (segments.length === 0) return stock;
  const yaml = cpioArchive(
    [{ path: "extensions.yaml", mode: 0o100644, data: fromText(extensionsYaml(segments)) }],
    { padTo: 512 },
  );
  return concat(...microcode(segments), stock, ...segments.map(({ bytes }) => bytes), zstdStored(yaml));
}

const folder = "kernel/x86/microcode";

function microcode(segments: readonly Segment[]): ByteSource[] {
  const entry = (name: string, parts: (ByteSource | undefined)[]): CpioEntry[] => {
    const present = parts.filter((part) => part !== undefined);
    return present.length === 0
      ? []
      : [{ path: `${folder}/${name}`, mode: 0o100644, data: concat(...present) }];
  };
  const files = [
    ...entry(
      "AuthenticAMD.bin",
      segments.map((segment) => segment.microcode.amd),
    ),
    ...entry(
      "GenuineIntel.bin",
      segments.map((segment) => segment.microcode.intel),
    ),
  ];
  if (files.length === 0) return [];
  const parents = parentsOf(files.map(({ path }) => path)).map((path) => ({
    path,
    mode: 0o040755,
    data: zeros(0),
  }));
  return [cpioArchive([...parents, ...files], { padTo: 512 })];
}
