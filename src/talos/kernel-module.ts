import { isRolesError, RolesError } from "../errors.ts";
import { type Compression, decompress } from "../formats/compression.ts";
import type { Arch } from "./arch.ts";
import { readModinfo } from "./elf-module.ts";

export interface KernelModule {
  /** As the kernel knows it: underscores. */
  name: string;
  /** Kernel release it was built for: the first word of `vermagic`. */
  release: string;
  dependsOn: string[];
  arch: Arch;
}

/** No kernel module comes near this; a compressed one that claims more is refused. */
const decompressedLimit = 1 << 30;
const compressions: Record<string, Compression> = { ".gz": "gzip", ".xz": "xz", ".zst": "zstd" };
const modulePath = /([^/]+)\.ko(\.gz|\.xz|\.zst)?$/;

export const isModulePath = (path: string): boolean => modulePath.test(path);

/** The name the kernel gives to a module: dashes and underscores are the same to it. */
export const moduleName = (name: string): string => name.replaceAll("-", "_");

/**
 * Reads name, release and dependencies of a `.ko`, `.ko.gz`, `.ko.xz` or `.ko.zst`; `path` names it in errors and gives the compression.
 * Nothing is held in memory but the strings. Errors: EXTENSION_INVALID, TOOL_MISSING.
 */
export async function readKernelModule(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): Promise<KernelModule> {
  const [, fileName = path, suffix = ""] = modulePath.exec(path) ?? [];
  const plain = bounded(decompress(chunks, compressions[suffix] ?? "none"), path);
  const info = await readModinfo(plain, ["name", "vermagic", "depends"]).catch((cause: unknown) => {
    if (isRolesError(cause, "ARCHIVE_INVALID")) throw invalid(path, "cannot be decompressed", cause);
    throw cause;
  });
  const release = info?.values["vermagic"]?.split(" ")[0];
  if (!info?.arch || !release) throw invalid(path, "is not a kernel module for amd64 or arm64");
  return {
    name: moduleName(info.values["name"] ?? fileName),
    release,
    dependsOn: (info.values["depends"] ?? "").split(",").filter(Boolean).map(moduleName),
    arch: info.arch,
  };
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > decompressedLimit) throw invalid(path, `is larger than ${decompressedLimit} bytes`);
    yield chunk;
  }
}

const invalid = (path: string, reason: string, cause?: unknown) =>
  new RolesError("EXTENSION_INVALID", `kernel module ${path} ${reason}`, {
    hint: "Report it to the extension's author.",
    cause,
  });
