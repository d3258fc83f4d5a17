import { RolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import type { Arch } from "./arch.ts";
import type { Contract, ModuleContract, ServiceContract } from "./contract.ts";
import { type ExtensionManifest, parseExtensionManifest } from "./extension-manifest.ts";
import { isModulePath, readKernelModule } from "./kernel-module.ts";
import { parseServiceSpec, serviceContract } from "./service-spec.ts";

/** One entry of an extension. `path` has no leading slash; `body` is read at most once, before the next entry is asked for. */
export interface ExtensionFile {
  path: string;
  type: "file" | "directory" | "symlink" | "hardlink" | "other";
  /** Permission bits. */
  mode: number;
  /** Bytes of content; 0 for anything but a file. */
  size: number;
  body: AsyncIterable<Uint8Array>;
}

interface ReadOptions {
  arch: Arch;
  /** Names the extension in errors: a reference or a path. */
  where: string;
}

const textLimit = 1 << 20;
const entryLimit = 500_000;
const services = /^usr\/local\/etc\/containers\/[^/]+\.yaml$/;
const criParts = /^etc\/cri\/conf\.d\/([^/]+\.part)$/;
const firmware = /^(?:usr\/)?lib\/firmware\//;
const modules = /^(?:usr\/)?lib\/modules\/([^/]+)\//;
/** CPU microcode for x86: an arm64 kernel has no loader for it (siderolabs/pkgs, kernel configs). */
const microcode = /^(?:usr\/)?lib\/firmware\/(?:intel-ucode|amd-ucode)\//;
/** Links to /usr since Talos 1.10: files there would hide the real ones. */
const beforeUsrMerge = /^(?:bin|sbin|lib|lib64)\//;
/** Papers that come with an extension do nothing on a node. */
const papers = /^usr\/(?:local\/)?share\/(?:spdx|doc|licenses|man)\//;

/**
 * Manifest and contract of an extension image from its flattened files (`manifest.yaml` and what lies under `rootfs/`), in one pass.
 * `oldLayout` says that some files lie outside /usr where Talos had them before 1.10. Errors: EXTENSION_INVALID, KERNEL_RELEASE_MISMATCH.
 */
export async function readExtension(
  files: AsyncIterable<ExtensionFile>,
  options: ReadOptions,
): Promise<{ manifest: ExtensionManifest; contract: Contract; oldLayout: boolean }> {
  let manifest: ExtensionManifest | undefined;
  let hasRoot = false;
  let oldLayout = false;
  async function* rootfs(): AsyncGenerator<ExtensionFile> {
    for await (const file of files) {
      const path = clean(file.path);
      if (path === "manifest.yaml") manifest = await readManifest(file, options.where);
      else if (path.startsWith("rootfs/")) {
        const inside = path.slice("rootfs/".length);
        oldLayout ||= file.type !== "directory" && beforeUsrMerge.test(inside);
        yield { ...file, path: inside };
      } else if (path !== "" && path !== "rootfs") throw invalid(options.where, `unexpected file ${path}`);
      hasRoot ||= path === "rootfs" || path.startsWith("rootfs/");
    }
  }
  const contract = await readRootfsContract(rootfs(), { ...options, extension: "" });
  if (!manifest) throw invalid(options.where, "there is no manifest.yaml in it");
  if (!hasRoot) throw invalid(options.where, "there is no rootfs/ in it");
  const extension = manifest.name;
  return {
    manifest,
    oldLayout,
    contract: { ...contract, services: contract.services.map((service) => ({ ...service, extension })) },
  };
}

/** The contract of an extension whose manifest is known already, from the files of its root (a squashfs layer). Errors: as `readExtension`. */
export async function readRootfsContract(
  files: AsyncIterable<ExtensionFile>,
  { arch, where, extension }: ReadOptions & { extension: string },
): Promise<Contract> {
  const found: Found = {
    services: new Map(),
    modules: new Map(),
    criParts: new Set(),
    firmwareBytes: 0,
    useful: false,
  };
  let count = 0;
  for await (const file of files) {
    if (++count > entryLimit) throw invalid(where, `more than ${entryLimit} entries`);
    const path = clean(file.path);
    if (path !== "" && file.type !== "directory") await note(found, file, { arch, where, extension, path });
  }
  return {
    services: sorted(found.services),
    modules: sorted(found.modules),
    criParts: [...found.criParts].sort(),
    firmwareBytes: found.firmwareBytes,
    emptyOn: found.useful ? [] : [arch],
  };
}

interface Found {
  services: Map<string, ServiceContract>;
  modules: Map<string, ModuleContract>;
  criParts: Set<string>;
  firmwareBytes: number;
  /** Anything at all that has an effect on this architecture. */
  useful: boolean;
}

type At = ReadOptions & { extension: string; path: string };

async function note(found: Found, file: ExtensionFile, at: At): Promise<void> {
  const { path, arch } = at;
  found.useful ||= !papers.test(path) && !(arch === "arm64" && microcode.test(path));
  if (firmware.test(path)) found.firmwareBytes += file.size;
  const [, part] = criParts.exec(path) ?? [];
  if (part) found.criParts.add(part);
  if (services.test(path)) await addService(found.services, file, at);
  else if (file.type === "file" && modules.test(path) && isModulePath(path))
    await addModule(found.modules, file, at);
}

const clean = (path: string): string =>
  path
    .replace(/^(\.?\/)+/, "")
    .replace(/\/+$/, "")
    .replace(/^\.$/, "");

const sorted = <T>(byName: ReadonlyMap<string, T>): T[] =>
  [...byName.keys()].sort().map((name) => byName.get(name) as T);

async function readText(file: ExtensionFile, where: string): Promise<string> {
  if (file.type !== "file") throw invalid(where, `it is a ${file.type}, and a plain file is expected`);
  return Buffer.from(await collect(file.body, textLimit)).toString("utf8");
}

async function readManifest(file: ExtensionFile, where: string): Promise<ExtensionManifest> {
  const at = `${where}: manifest.yaml`;
  return parseExtensionManifest(await readText(file, at), at);
}

async function addService(
  known: Map<string, ServiceContract>,
  file: ExtensionFile,
  { path, where, extension }: At,
): Promise<void> {
  const at = `${where}: service spec /${path}`;
  const service = serviceContract(parseServiceSpec(await readText(file, at), at), extension);
  if (known.has(service.name))
    throw invalid(at, `a second service named ${service.name}; Talos loads only one`);
  known.set(service.name, service);
}

async function addModule(
  known: Map<string, ModuleContract>,
  file: ExtensionFile,
  { path, where, arch }: At,
): Promise<void> {
  const { arch: builtFor, ...module } = await readKernelModule(file.body, `/${path} of ${where}`);
  const [, folder] = modules.exec(path) ?? [];
  if (builtFor !== arch) throw invalid(where, `kernel module /${path} is for ${builtFor}, not ${arch}`);
  if (module.release !== folder) {
    throw new RolesError(
      "KERNEL_RELEASE_MISMATCH",
      `${where}: kernel module /${path} was built for kernel ${module.release}`,
      { hint: "Report it to the extension's author: the kernel will refuse this module." },
    );
  }
  known.set(`${module.name} ${module.release}`, module);
}

const invalid = (where: string, reason: string) =>
  new RolesError("EXTENSION_INVALID", `${where}: ${reason}`, {
    hint: "Check that the reference names a Talos system extension image; if it does, report it to the extension's author.",
  });
