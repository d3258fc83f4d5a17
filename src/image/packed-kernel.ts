import { join } from "node:path";
import { type ByteSource, fromFile } from "../formats/bytes.ts";
import { contentKey } from "../formats/canonical.ts";
import { writeFileWhole } from "../formats/files.ts";
import { streamTool } from "../formats/run-tool.ts";
import type { ToolName } from "../formats/tools.ts";
import type { Cache } from "./cache.ts";
import type { TargetInputs } from "./plan-model.ts";
import { versionsOf } from "./tool-versions.ts";

/**
 * Programs that pack the kernel. gzip and not zlib: it has a compressor of its own, which gives the same bytes on every processor and has done
 * so for decades; what zlib and Node's copy of it give depends on their version, and with some builds on the processor.
 */
export const packingTools = ["gzip"] as const satisfies ToolName[];

const name = "vmlinuz.gz";
/** The level of Talos' own layers. */
const LEVEL = "-1";

interface Packing {
  cache: Cache;
  signal?: AbortSignal | undefined;
}

/**
 * The kernel as a gzip member, made once for all roles; undefined where that saves less than a sixteenth: kernels of amd64 and those that
 * unpack themselves are compressed already. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export async function packedKernel(
  kernel: ByteSource,
  { bootFiles, arch, tools }: Pick<TargetInputs, "bootFiles" | "arch" | "tools">,
  { cache, signal }: Packing,
): Promise<ByteSource | undefined> {
  const versions = versionsOf(tools, packingTools);
  const key = contentKey({ generation: 1, manifest: bootFiles.manifest, arch, tools: versions });
  const { files } = await cache.piece("packed-kernel", key, async (folder) => {
    const run = { input: kernel.stream(), ...(signal ? { signal } : {}) };
    await writeFileWhole(join(folder, name), streamTool("gzip", [LEVEL, "-n", "-c"], run));
  });
  const packed = await fromFile(files[name]!.path);
  return packed.size < kernel.size - kernel.size / 16 ? packed : undefined;
}
