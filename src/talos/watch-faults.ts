import { parse as parseToml } from "smol-toml";
import { isRolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import type { Arch } from "./arch.ts";
import type { ExtensionFile } from "./contract-from-files.ts";
import type { ExtensionFault } from "./extension-fault.ts";
import { parseServiceSpec, type ServiceSpec } from "./service-spec.ts";

interface WatchOptions {
  arch: Arch;
  extension: string;
  /** What is found is added here; all of it is there once the files have ended. */
  faults: ExtensionFault[];
}

const textLimit = 1 << 20;
const specs = /^usr\/local\/etc\/containers\/([^/]+)$/;
const criParts = /^etc\/cri\/conf\.d\/([^/]+\.part)$/;
const containers = /^usr\/local\/lib\/containers\/([^/]+)\/(.*)$/;
const plainModule = /^(?:usr\/)?lib\/modules\/.*\/([^/]+\.ko)$/;
/** What the kernel looks for at the end of a signed module (Linux: Documentation/admin-guide/module-signing). */
const signed = Buffer.from("~Module signature appended~\n");

/**
 * Passes an extension's files on and notes what is wrong with them: what Talos skips in silence is left out here too, so that the rest can be
 * read. Paths are those of the root file system, or begin with `rootfs/`.
 */
export async function* watchFaults(
  files: AsyncIterable<ExtensionFile>,
  { arch, extension, faults }: WatchOptions,
): AsyncGenerator<ExtensionFile> {
  const found: Found = { services: new Map(), folders: new Set(), programs: new Map() };
  const add = (fault: Omit<ExtensionFault, "extension">) => faults.push({ extension, ...fault });
  for await (const file of files) {
    const path = file.path.replace(/^(?:\.?\/)+/, "").replace(/^rootfs\//, "");
    const [, folder] = containers.exec(`${path}/`) ?? [];
    if (folder) found.folders.add(folder);
    if (file.type === "file") yield* watchFile(file, { path, found, add });
    else yield file;
  }
  for (const fault of serviceFaults(found, arch)) add(fault);
}

interface Found {
  services: Map<string, ServiceSpec>;
  /** Names of folders under containers/. */
  folders: Set<string>;
  /** Programs in containers: path to architecture. */
  programs: Map<string, Arch | undefined>;
}

interface Watched {
  path: string;
  found: Found;
  add: (fault: Omit<ExtensionFault, "extension">) => void;
}

async function* watchFile(file: ExtensionFile, { path, found, add }: Watched): AsyncGenerator<ExtensionFile> {
  const [, spec] = specs.exec(path) ?? [];
  const [, part] = criParts.exec(path) ?? [];
  const [, module] = plainModule.exec(path) ?? [];
  if (spec !== undefined || part !== undefined) {
    const bytes = await collect(file.body, textLimit);
    const text = Buffer.from(bytes).toString("utf8");
    if (part !== undefined) add2(add, criFault(part, text));
    if (spec !== undefined && !takesSpec(spec, text, { found, add })) return;
    yield { ...file, body: once(bytes) };
  } else if (module !== undefined) {
    const tail = tailOf(file.body, signed.length);
    yield { ...file, body: tail.body };
    await tail.end();
    if (!tail.bytes().equals(signed)) add({ sort: "module-signature", detail: `${module} is not signed` });
  } else if (containers.test(path) && (file.mode & 0o111) !== 0) {
    found.programs.set(path, archOfProgram(await headOf(file.body)));
    yield { ...file, body: once(new Uint8Array()) };
  } else yield file;
}

const add2 = (add: Watched["add"], fault: Omit<ExtensionFault, "extension"> | undefined): void => {
  if (fault) add(fault);
};

function criFault(part: string, text: string): Omit<ExtensionFault, "extension"> | undefined {
  try {
    parseToml(text);
    return undefined;
  } catch {
    return { sort: "cri-part", detail: `${part} is no TOML` };
  }
}

/** Whether Talos takes the spec: it skips what does not end with .yaml, what it cannot read, and the second of a name. */
function takesSpec(name: string, text: string, { found, add }: Omit<Watched, "path">): boolean {
  const skipped = (detail: string) => {
    add({ sort: "service-spec", detail });
    return false;
  };
  if (!name.endsWith(".yaml")) return skipped(`the service spec ${name} does not end with .yaml`);
  try {
    const spec = parseServiceSpec(text, name);
    if (found.services.has(spec.name)) return skipped(`${name} is a second service named ${spec.name}`);
    found.services.set(spec.name, spec);
    return true;
  } catch (error) {
    if (!isRolesError(error)) throw error;
    return skipped(`the service spec ${error.message}`);
  }
}

function* serviceFaults(
  { services, folders, programs }: Found,
  arch: Arch,
): Generator<Omit<ExtensionFault, "extension">> {
  for (const [service, { entrypoint }] of services) {
    const root = `usr/local/lib/containers/${service}`;
    if (!folders.has(service)) {
      yield { sort: "service-rootfs", service, detail: `there is no folder /${root}` };
      continue;
    }
    const own = programs.get(`${root}/${entrypoint.replace(/^(?:\.?\/)+/, "")}`);
    if (own !== undefined && own !== arch)
      yield {
        sort: "binary-arch",
        service,
        detail: `the program of service ${service} is for ${own}, not ${arch}`,
      };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function headOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of body) {
    head = Buffer.concat([head, chunk.subarray(0, 20)]).subarray(0, 20);
    if (head.length >= 20) break;
  }
  return head;
}

const machines: Record<number, Arch> = { 62: "amd64", 183: "arm64" };

/** Of a 64-bit little-endian ELF program (ELF-64 object file format); undefined for a script or anything else. */
const archOfProgram = (head: Buffer): Arch | undefined =>
  head.length >= 20 && head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1
    ? machines[head.readUInt16LE(18)]
    : undefined;

/** A body whose last bytes are kept as it goes by; `end` reads what nobody has read. */
function tailOf(source: AsyncIterable<Uint8Array>, size: number) {
  const iterator = source[Symbol.asyncIterator]();
  let tail = Buffer.alloc(0);
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      tail = Buffer.concat([tail, next.value.subarray(-size)]).subarray(-size);
      yield next.value;
    }
  }
  return {
    body: body(),
    bytes: () => tail,
    end: async () => {
      for await (const _ of body());
    },
  };
}
