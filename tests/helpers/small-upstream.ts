import { fromBytes, fromText } from "../../src/formats/bytes.ts";
import { tarArchive, type TarEntry } from "../../src/formats/tar.ts";
import { type AssembledImage, assembleImage, assembleIndex } from "../../src/oci/assemble.ts";
import { createRegistryClient, type RegistryClient } from "../../src/oci/client.ts";
import { parseMirror } from "../../src/oci/endpoint.ts";
import { smallLayer } from "../../src/oci/layer.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { type RegistryOptions, type RunningRegistry, startRegistry } from "../../src/oci/registry/server.ts";
import { pushIndex } from "../../src/oci/transfer.ts";
import type { Arch } from "../../src/talos/arch.ts";
import { quirksOf } from "../../src/talos/quirks.ts";
import { kernelModule } from "./kernel-module.ts";
import { smallBootFiles } from "./small-boot-files.ts";

export interface SmallExtension {
  version: string;
  /** `compatibility.talos.version`. */
  compatibility?: string;
  /** Files under `rootfs/` for an architecture. */
  files?: (arch: Arch) => TarEntry[];
  /** Name in its manifest, where it is not that of its repository. */
  manifestName?: string;
}

export interface SmallUpstream {
  registry: RunningRegistry;
  /** Reads `ghcr.io` from the registry. */
  client: RegistryClient;
  talos: string;
  /** Publishes an extension and, unless `listed` is false, the list anew. */
  publish: (name: string, extension: SmallExtension, options?: { listed?: boolean }) => Promise<string>;
  close: () => Promise<void>;
}

export const release = "6.18.1-talos";
const architectures: Arch[] = ["arm64", "amd64"];

export const file = (path: string, content: string | Uint8Array = path): TarEntry => ({
  path,
  data: typeof content === "string" ? fromText(content) : fromBytes(content),
});
export const service = (name: string, rest: string, restart = "always"): TarEntry =>
  file(
    `usr/local/etc/containers/${name}.yaml`,
    `name: ${name}\ncontainer:\n  entrypoint: /${name}\nrestart: ${restart}\n${rest}`,
  );
export const module = (arch: Arch, name: string, depends: string[] = [], kernel = release): TarEntry =>
  file(`usr/lib/modules/${kernel}/extras/${name}.ko`, kernelModule(name, { arch, depends, release: kernel }));

/** The founding extensions, as small as they can be. */
export const founding: Record<string, SmallExtension> = {
  drbd: {
    version: "9.2.14-v1.13.6",
    compatibility: ">= v1.13.0",
    files: (arch) => [module(arch, "drbd"), module(arch, "drbd_transport_tcp", ["drbd"])],
  },
  zfs: {
    version: "2.4.3-v1.13.6",
    files: (arch) => [
      module(arch, "spl"),
      module(arch, "zfs", ["spl"]),
      service("zfs-service", "depends: [{service: udevd}, {service: cri}, {path: /dev/zfs}]", "untilSuccess"),
    ],
  },
  spin: {
    version: "v0.25.1",
    files: () => [file("etc/cri/conf.d/10-spin.part"), file("usr/local/bin/shim")],
  },
  tailscale: {
    version: "1.98.5",
    files: () => [
      service(
        "tailscale",
        "depends: [{service: cri}, {network: [addresses, connectivity, etcfiles]}, {configuration: true}]",
      ),
    ],
  },
};

/** A registry in this process with base, imager, list and extensions of one Talos version, all as small as they can be. */
export async function smallUpstream(
  extensions: Record<string, SmallExtension> = founding,
  {
    talos = "v1.13.6",
    imager = true,
    ...options
  }: RegistryOptions & { talos?: string; imager?: boolean } = {},
): Promise<SmallUpstream> {
  const registry = await startRegistry(options);
  const pusher = createRegistryClient();
  const push = (path: string, images: AssembledImage[]) =>
    pushIndex(pusher, parseReference(`${registry.host}/${path}`), images);
  const bootFiles = async (arch: Arch): Promise<TarEntry[]> =>
    Object.entries(await smallBootFiles({ arch, talos, release })).map(([name, content]) =>
      file(`usr/install/${arch}/${name}`, content),
    );
  await push(
    `siderolabs/${quirksOf(talos).installerBase ? "installer-base" : "installer"}:${talos}`,
    await forBoth(async (arch) => [file("bin/installer"), ...(imager ? [] : await bootFiles(arch))]),
  );
  if (imager) await push(`siderolabs/imager:${talos}`, await forBoth(bootFiles));
  const list = new Map<string, string>();
  const publish: SmallUpstream["publish"] = async (name, extension, { listed = true } = {}) => {
    const path = `siderolabs/${name}:${extension.version}`;
    const images = await forBoth((arch) => extensionFiles(name, extension, arch));
    await push(path, images);
    const reference = `ghcr.io/${path}@${assembleIndex(images).descriptor.digest}`;
    if (listed) await push(`siderolabs/extensions:${talos}`, await listImage(list.set(name, reference)));
    return reference;
  };
  for (const [name, extension] of Object.entries(extensions)) await publish(name, extension);
  const client = createRegistryClient({
    mirrors: [parseMirror(`ghcr.io=${registry.url}`)],
    retries: { sleep: () => Promise.resolve() },
  });
  return {
    registry,
    client,
    talos,
    publish,
    async close() {
      await Promise.all([client.close(), pusher.close()]);
      await registry.close();
    },
  };
}

const forBoth = (files: (arch: Arch) => TarEntry[] | Promise<TarEntry[]>): Promise<AssembledImage[]> =>
  Promise.all(architectures.map(async (arch) => imageOf(arch, [await files(arch)])));

export async function imageOf(architecture: string, layers: TarEntry[][]): Promise<AssembledImage> {
  const made = layers.map(async (entries) => smallLayer((await tarArchive(entries)).stream()));
  return assembleImage({ architecture, layers: await Promise.all(made) });
}

export const extensionFiles = (name: string, extension: SmallExtension, arch: Arch): TarEntry[] => [
  file("manifest.yaml", manifest(name, extension)),
  { path: "rootfs", type: "directory" },
  ...(extension.files?.(arch) ?? []).map((entry) => ({ ...entry, path: `rootfs/${entry.path}` })),
];

const manifest = (
  name: string,
  { version, compatibility = "", manifestName = name }: SmallExtension,
): string =>
  JSON.stringify({
    version: "v1alpha1",
    metadata: {
      name: manifestName,
      version,
      author: "a",
      description: "d",
      compatibility: { talos: { version: compatibility } },
    },
  });

const listImage = (list: Map<string, string>): Promise<AssembledImage[]> => {
  const references = [...list.values()];
  const texts = references.map((reference) => [reference, { author: "Sidero Labs", description: reference }]);
  return forBoth(() => [
    file("image-digests", `${references.join("\n")}\n`),
    file("descriptions.yaml", JSON.stringify(Object.fromEntries(texts))),
  ]);
};
