import { chmod, truncate } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { collect, fromBytes, fromFile } from "../../formats/bytes.ts";
import { type Extent, writeSparse } from "../../formats/extents.ts";
import { makeWhole, writeFileWhole } from "../../formats/files.ts";
import { gnuSparseTar } from "../../formats/gnu-sparse-tar.ts";
import { guidFromLabel } from "../../formats/guid.ts";
import { runTool, streamTool } from "../../formats/run-tool.ts";
import type { ToolName } from "../../formats/tools.ts";
import { vhdFooter } from "../../formats/vhd.ts";
import { zstdCompress } from "../../formats/zstd.ts";
import { zstdZeros } from "../../formats/zstd-zeros.ts";
import type { DiskPlan } from "./plan.ts";
import { appendTo } from "./write.ts";

export interface RawDisk {
  /** A file of our own, which may be changed. */
  path: string;
  /** Its parts that are not zeros. */
  extents: readonly Extent[];
}

/** Nearly everything in an image is compressed already: higher levels take minutes and save nothing (facts §11). */
const LEVEL = 3;
/** At least two, because these tools write other bytes with one; beyond that the number does not reach the output. */
const threads = (): string => String(Math.max(2, availableParallelism()));

/** Packs a raw disk into its finished image: its format, then its compression. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE. */
export async function packDisk(
  { path, extents }: RawDisk,
  output: string,
  { plan, signal }: { plan: DiskPlan; signal?: AbortSignal },
): Promise<void> {
  const run = signal ? { signal } : {};
  const { compression, format } = plan;
  if (compression === "tar.gz") {
    const archive = gnuSparseTar({ name: "disk.raw", size: plan.size, extents });
    const packed = streamTool("pigz", ["-6", "-n", "-c", "-p", threads()], {
      ...run,
      input: archive.stream(),
    });
    return writeFileWhole(output, packed);
  }
  const footer = footerOf(plan);
  await appendTo(path, footer);
  if (format === "qcow2") return packQcow2(path, output, { plan, compression, run });
  if (compression === "zst") return writeFileWhole(output, zstdDisk(path, extents, run));
  if (compression !== undefined) return compress(compression, { from: path, to: output, run });
  const end = { offset: plan.size, data: fromBytes(footer) };
  return writeSparse(output, plan.size + footer.length, [...extents, end]);
}

/** Holes smaller than this are read and compressed like anything else. */
const HOLE = 4 << 20;

/** What lies behind the first hole is this small: the end of the partition table, META values, a footer. */
const REST = 8 << 20;

/** A disk as zstd frames: those of its parts, and between them frames of zeros that nothing has to be read for. Cuts the file. */
async function* zstdDisk(path: string, extents: readonly Extent[], run: Run): AsyncGenerator<Uint8Array> {
  const disk = await fromFile(path);
  const [first, ...others] = partsOf(disk.size, extents);
  const rest: { from: number; data: Uint8Array }[] = [];
  for (const { from, to } of others) rest.push({ from, data: await collect(disk.stream(from, to), REST) });
  const end = first?.to ?? 0;
  // The tool reads the file itself, which takes no pipe; then nothing may be left behind its part.
  await truncate(path, end);
  if (end > 0) yield* streamTool("zstd", ["-q", "-c", "-T0", `-${LEVEL}`, "--no-content-size", path], run);
  let at = end;
  for (const { from, data } of rest) {
    yield* zstdZeros(from - at).stream();
    yield* zstdCompress(fromBytes(data).stream(), { level: LEVEL, ...run });
    at = from + data.length;
  }
  if (disk.size > at) yield* zstdZeros(disk.size - at).stream();
}

/** What of a disk is more than a hole; the first part begins at its beginning. */
function partsOf(size: number, extents: readonly Extent[]): { from: number; to: number }[] {
  const parts = [{ from: 0, to: 0 }];
  for (const { offset, data } of [...extents].sort((a, b) => a.offset - b.offset)) {
    const last = parts.at(-1)!;
    if (offset - last.to >= HOLE) parts.push({ from: offset, to: offset + data.size });
    else last.to = offset + data.size;
  }
  const last = parts.at(-1)!;
  if (size - last.to < HOLE) last.to = size;
  return parts;
}

/** What makes a raw disk a VHD; nothing for other formats. */
const footerOf = ({ format, size, name }: DiskPlan): Uint8Array =>
  format === "vhd" ? vhdFooter({ size, guid: guidFromLabel(name) }) : new Uint8Array();

type Run = { signal?: AbortSignal };

async function packQcow2(
  path: string,
  output: string,
  { plan, compression, run }: { plan: DiskPlan; compression: Packer | undefined; run: Run },
): Promise<void> {
  const { clusterSize } = plan;
  const target = compression === undefined ? output : `${path}.qcow2`;
  const options = clusterSize === undefined ? [] : ["-o", `cluster_size=${clusterSize}`];
  await makeWhole(target, async (temporary) => {
    await runTool("qemuImg", ["convert", "-f", "raw", "-O", "qcow2", ...options, path, temporary], run);
    await chmod(temporary, 0o644);
  });
  if (compression !== undefined) await compress(compression, { from: target, to: output, run });
}

type Packer = "zst" | "xz" | "gz";
const packers: Record<Packer, { tool: ToolName; args: () => string[] }> = {
  zst: { tool: "zstd", args: () => ["-q", "-c", `-T${threads()}`, `-${LEVEL}`] },
  xz: { tool: "xz", args: () => ["-q", "-c", "-0", `-T${threads()}`] },
  gz: { tool: "pigz", args: () => ["-6", "-n", "-c", "-p", threads()] },
};

/** The file goes to the tool by name: its holes are then read without a pipe. */
async function compress(
  compression: Packer,
  { from, to, run }: { from: string; to: string; run: Run },
): Promise<void> {
  const { tool, args } = packers[compression];
  await writeFileWhole(to, streamTool(tool, [...args(), from], run));
}
