// Inputs of bench/build-ratios.ts: extensions with hundreds of megabytes of real programs of this computer, beside what the stand-in upstream
// has in them, and everything mirrored into one folder.
import { execFile } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { collect, fromBytes, fromFile, fromText } from "../src/formats/bytes.ts";
import { type TarEntry, tarArchive } from "../src/formats/tar.ts";
import { startUpstream } from "../src/lab/upstream/upstream.ts";
import { extensionVersions } from "../src/lab/upstream/versions.ts";
import { assembleImage } from "../src/oci/assemble.ts";
import { createRegistryClient, type RegistryClient } from "../src/oci/client.ts";
import { parseMirror } from "../src/oci/endpoint.ts";
import { flatten } from "../src/oci/flatten.ts";
import { writeLayer } from "../src/oci/layer.ts";
import { parseReference } from "../src/oci/reference.ts";
import { directoryStore } from "../src/oci/registry/directory-store.ts";
import { startRegistry } from "../src/oci/registry/server.ts";
import { resolveImage } from "../src/oci/resolve.ts";
import { pushImage } from "../src/oci/transfer.ts";

export const talos = "v1.13.6";
export const arch = "arm64";
const MIB = 1 << 20;

/** MiB of programs in each extension. `extra` is the one that a new role brings: under 15 % of all. */
const payload = { drbd: 64, zfs: 88, spin: 70, tailscale: 36, extra: 38 } as const;
type Name = keyof typeof payload;
const names = Object.keys(payload) as Name[];
const roots = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local", "/opt"];

const common: Name[] = ["drbd", "zfs", "spin"];
const four: Name[] = [...common, "tailscale"];
/** Two roles; those and a third with one extension of its own; sixteen that share four extensions in different ways. */
export const roleSets: Record<"two" | "three" | "sixteen", Record<string, Name[]>> = {
  two: { compute: common, gateway: four },
  three: { compute: common, gateway: four, edge: [...common, "extra"] },
  sixteen: Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [
      `role${index}`,
      four.filter((_, bit) => (15 - index) & (1 << bit)),
    ]),
  ),
};

export interface Inputs {
  /** Folder of the mirror, an OCI layout. */
  mirror: string;
  /** `host/bench/NAME:v1` of each extension. */
  referenceOf: (name: Name) => string;
  /** Bytes of real files in the four extensions. */
  bytes: number;
}

/** Makes everything below `folder`. Takes minutes the first time, when the stand-in upstream is made too. */
export async function makeInputs(
  folder: string,
  { cacheDir, bin }: { cacheDir: string; bin: string },
): Promise<Inputs> {
  const upstream = await startUpstream({ version: talos, archs: [arch], cacheDir });
  const registry = await startRegistry({ store: directoryStore(join(folder, "registry")) });
  const client = createRegistryClient({ mirrors: [parseMirror(upstream.mirror)] });
  const referenceOf = (name: Name): string => `${registry.host}/bench/${name}:v1`;
  try {
    const programs = realPrograms();
    let bytes = 0;
    for (const name of names) {
      const size = await publish(client, { name, reference: referenceOf(name), programs, folder });
      if (name !== "extra") bytes += size;
    }
    const mirror = join(folder, "mirror");
    for (const [set, roles] of Object.entries(roleSets)) {
      const file = join(folder, `${set}.yaml`);
      writeFileSync(file, rolesYaml(roles, referenceOf));
      const options = [
        "--mirror",
        upstream.mirror,
        "--cache-dir",
        join(folder, "lock-cache"),
        "--progress",
        "none",
      ];
      await promisify(execFile)(process.execPath, [bin, "lock", "-f", file, ...options]);
      await promisify(execFile)(process.execPath, [bin, "mirror", "-f", file, "--to", mirror, ...options]);
    }
    return { mirror, bytes, referenceOf };
  } finally {
    await client.close();
    await registry.close();
    await upstream.close();
  }
}

const rolesYaml = (roles: Record<string, readonly Name[]>, referenceOf: (name: Name) => string): string =>
  [
    `cluster: { talos: ${talos}, arch: ${arch} }`,
    "images: { registry: localhost:5000/bench }",
    "roles:",
    ...Object.entries(roles).map(
      ([role, list]) => `  ${role}: { extensions: ${JSON.stringify(list.map(referenceOf))} }`,
    ),
    "",
  ].join("\n");

interface Published {
  name: Name;
  reference: string;
  programs: Generator<string>;
  folder: string;
}

/** Pushes one extension; returns how many bytes of real programs are in it. */
async function publish(
  client: RegistryClient,
  { name, reference, programs, folder }: Published,
): Promise<number> {
  const entries = name === "extra" ? plainExtension(name) : await ownFiles(client, name);
  let bytes = 0;
  for (let count = 0; bytes < payload[name] * MIB; count += 1) {
    const { value: path } = programs.next();
    if (path === undefined)
      throw new Error(`this computer has too few programs below ${roots.join(", ")} for the bench`);
    const data = await fromFile(path as string);
    entries.push({
      path: `rootfs/usr/local/${name}/${count}-${(path as string).split("/").at(-1)}`,
      data,
      mode: 0o755,
    });
    bytes += data.size;
  }
  mkdirSync(join(folder, "layers"), { recursive: true });
  const layer = await writeLayer(
    join(folder, "layers", name),
    (await tarArchive(withFolders(entries))).stream(),
  );
  await pushImage(client, parseReference(reference), assembleImage({ architecture: arch, layers: [layer] }));
  return bytes;
}

/** Everything of the stand-in extension. */
async function ownFiles(client: RegistryClient, name: Exclude<Name, "extra">): Promise<TarEntry[]> {
  const version = extensionVersions(talos)[name];
  const tags = [version, `${version}-${talos}`];
  const image = await resolveImage(
    client,
    parseReference(`ghcr.io/siderolabs/${name}:${tags[0]}`),
    arch,
  ).catch(() => resolveImage(client, parseReference(`ghcr.io/siderolabs/${name}:${tags[1]}`), arch));
  const entries: TarEntry[] = [];
  for await (const { header, body } of flatten(image)) {
    const { path, type, mode, linkTarget } = header;
    const data = fromBytes(await collect(body, 1 << 30));
    if (type === "file") entries.push({ path, mode, data });
    else if (type === "symlink") entries.push({ path, type, linkTarget });
  }
  return entries;
}

const plainExtension = (name: string): TarEntry[] => [
  {
    path: "manifest.yaml",
    data: fromText(
      JSON.stringify({
        version: "v1alpha1",
        metadata: {
          name,
          version: "1",
          author: "bench",
          description: "programs",
          compatibility: { talos: { version: ">= 1.0.0" } },
        },
      }),
    ),
  },
];

function withFolders(entries: readonly TarEntry[]): TarEntry[] {
  const folders = new Set<string>();
  for (const { path } of entries)
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      folders.add(path.slice(0, at));
  return [...[...folders].sort().map((path): TarEntry => ({ path, type: "directory" })), ...entries];
}

/** Programs and libraries of this computer, each once, in the order of their paths. */
function* realPrograms(): Generator<string> {
  for (const root of roots) yield* below(root);
}

function* below(folder: string): Generator<string> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* below(path);
    else if (entry.isFile() && isProgram(path)) yield path;
  }
}

function isProgram(path: string): boolean {
  const { size } = statSync(path);
  if (size < 16_384 || size > 24 * MIB) return false;
  const head = Buffer.alloc(4);
  const file = openSync(path, "r");
  readSync(file, head, 0, 4, 0);
  closeSync(file);
  return head.equals(Buffer.from("\u007fELF", "latin1"));
}
