import { streamTool, runTool } from "./run-tool.ts";

/** Where a FAT file system is: an image file, or a part of a disk image from `offset` (bytes). */
export interface FatImage {
  path: string;
  offset?: number;
}

const env = { MTOOLS_SKIP_CHECK: "1" };
const image = ({ path, offset = 0 }: FatImage): string => (offset === 0 ? path : `${path}@@${offset}`);

/** Paths of all files in it, sorted, without the leading "/". Errors: TOOL_FAILED when it is no FAT file system. */
export async function listFat(source: FatImage): Promise<string[]> {
  const text = await runTool("mdir", ["-i", image(source), "-/", "-b", "-a", "::"], { env });
  return text
    .split("\n")
    .map((line) => line.trimEnd().replace(/^::\/?/, ""))
    .filter((path) => path !== "" && !path.endsWith("/"))
    .sort();
}

/** Content of one file. Errors: TOOL_FAILED when there is none of that name. */
export const readFatFile = (source: FatImage, file: string): AsyncGenerator<Uint8Array> =>
  streamTool("mcopy", ["-i", image(source), `::${file}`, "-"], { env });

/** The same into a new file. */
export async function copyFatFile(source: FatImage, file: string, target: string): Promise<void> {
  await runTool("mcopy", ["-n", "-i", image(source), `::${file}`, target], { env });
}
