import { isRolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import type { SquashfsEntry, SquashfsType } from "../formats/squashfs-listing.ts";
import { readSquashfs, readSquashfsFile, readSuperblock } from "../formats/squashfs-read.ts";
import type { Arch } from "../talos/arch.ts";
import { type Contract, emptyContract } from "../talos/contract.ts";
import { type ExtensionFile, readRootfsContract } from "../talos/contract-from-files.ts";
import type { ExtensionFault } from "../talos/extension-fault.ts";
import { watchFaults } from "../talos/watch-faults.ts";
import { type Notice, notice } from "./notice.ts";

export interface LayerContent {
  compression: string;
  entries: number;
  contract: Contract;
  notices: Notice[];
  faults: ExtensionFault[];
}

const types: Partial<Record<SquashfsType, ExtensionFile["type"]>> = {
  file: "file",
  directory: "directory",
  symlink: "symlink",
  link: "hardlink",
};

/** What a squashfs layer holds. A layer that cannot be read is a notice, so that the rest of the image can still be told. */
export async function readLayerContent(
  path: string,
  { arch, file, extension }: { arch: Arch; file: string; extension: string },
): Promise<LayerContent> {
  const count = { entries: 0 };
  const faults: ExtensionFault[] = [];
  try {
    const { compression } = await readSuperblock(path);
    const files = watchFaults(filesOf(path, count), { arch, extension, faults });
    const contract = await readRootfsContract(files, { arch, where: file, extension });
    return { compression, ...count, contract, notices: [], faults };
  } catch (error) {
    if (!isRolesError(error) || error.code === "TOOL_MISSING") throw error;
    const problem = notice("error", "layer-invalid", `layer ${file}: ${error.message}`);
    return { compression: "unknown", ...count, contract: emptyContract(), notices: [problem], faults };
  }
}

async function* filesOf(path: string, count: { entries: number }): AsyncGenerator<ExtensionFile> {
  for await (const { header, body } of readSquashfs(path)) {
    count.entries += 1;
    if (header.path !== "") yield toFile(header, body);
  }
}

const toFile = (header: SquashfsEntry, body: AsyncIterable<Uint8Array>): ExtensionFile => ({
  path: header.path,
  type: types[header.type] ?? "other",
  mode: header.mode,
  size: header.size,
  body,
});

/** A modules.dep of a Talos kernel has a megabyte or less. */
const LIST_LIMIT = 64 << 20;

/** The module files that a layer's modules.dep lists, relative to its folder: `extras/drbd.ko`. Null when the layer has no such list. */
export async function listedModules(path: string, modulesPath: string): Promise<string[] | null> {
  try {
    const bytes = await collect(readSquashfsFile(path, `${modulesPath}/modules.dep`), LIST_LIMIT);
    const lines = Buffer.from(bytes).toString("utf8").split("\n");
    return lines.filter(Boolean).map((line) => line.split(":")[0]!);
  } catch (error) {
    if (isRolesError(error, "FILE_NOT_FOUND")) return null;
    throw error;
  }
}
