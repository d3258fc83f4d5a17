import { fromFile, slice } from "./bytes.ts";
import { readFatGeometry } from "./fat-geometry.ts";
import { streamTool, runTool } from "./run-tool.ts";

/** Where a FAT file system is: an image file, or a part of a disk image from `offset` (bytes). */
export interface FatImage {
  path: string;
  offset?: number;
}

const env = { MTOOLS_SKIP_CHECK: "1" };
const image = ({ path, offset = 0 }: FatImage): string => (offset === 0 ? path : `${path}@@${offset}`);

/** mtools believes whatever a header says of its sizes. */
async function requireFat({ path, offset = 0 }: FatImage): Promise<void> {
  const file = await fromFile(path);
  await readFatGeometry(slice(file, Math.min(offset, file.size), file.size));
}

/** Paths of all files in it, sorted, without the leading "/". Errors: FORMAT_INVALID when it is no FAT file system, TOOL_FAILED when it is damaged. */
export async function listFat(source: FatImage): Promise<string[]> {
  await requireFat(source);
  const text = await runTool("mdir", ["-i", image(source), "-/", "-b", "-a", "::"], { env });
  return text
    .split("\n")
    .map((line) => line.trimEnd().replace(/^::\/?/, ""))
    .filter((path) => path !== "" && !path.endsWith("/"))
    .sort();
}

/** Content of one file. Errors: FORMAT_INVALID, TOOL_FAILED when there is none of that name. */
export async function* readFatFile(source: FatImage, file: string): AsyncGenerator<Uint8Array> {
  await requireFat(source);
  yield* streamTool("mcopy", ["-i", image(source), `::${file}`, "-"], { env });
}

/** The same into a new file. */
export async function copyFatFile(source: FatImage, file: string, target: string): Promise<void> {
  await requireFat(source);
  await runTool("mcopy", ["-n", "-i", image(source), `::${file}`, target], { env });
}
