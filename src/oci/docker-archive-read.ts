import { createHash } from "node:crypto";
import { posix } from "node:path";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import type { ByteSource } from "../formats/bytes.ts";
import { sniffCompression } from "../formats/compression.ts";
import { safePath } from "../formats/safe-path.ts";
import { readTar, type ReadTarHeader } from "../formats/tar-read.ts";
import { describe } from "./assemble.ts";
import { type Digest, verified } from "./digest.ts";
import { documentBytes, parseDocument } from "./document.ts";
import { mediaTypes } from "./media-types.ts";
import { type Descriptor, imageConfigSchema, imageManifestSchema } from "./model.ts";
import { parseReference } from "./reference.ts";
import type { OciImage } from "./resolve.ts";
import { collectManifest } from "./source.ts";

const archiveManifest = z
  .array(
    z.looseObject({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()),
    }),
  )
  .length(1, "holds more than one image, or none");

const ITEM_LIMIT = 10_000;

/** A file of the archive. */
interface Item {
  digest: Digest;
  size: number;
  compression: ReturnType<typeof sniffCompression>;
  /** Where a symbolic link of `docker save` leads. */
  target: string | undefined;
}

export interface DockerArchive {
  image: OciImage;
  tags: string[];
}

/**
 * Reads the one image of a docker-archive. Nothing is unpacked: a layer is found by passing over the archive again.
 * Errors: FORMAT_INVALID when it is none, ARCHIVE_INVALID, REGISTRY_PROTOCOL for malformed documents inside.
 */
export async function readDockerArchive(archive: ByteSource, name: string): Promise<DockerArchive> {
  const items = await listItems(archive);
  const read = (path: string): Promise<Uint8Array> =>
    collectManifest(contentAt(archive, path, name), undefined, `${path} of ${name}`);
  const listed = parseDocument(await read("manifest.json"), archiveManifest, `manifest.json of ${name}`);
  const entry = listed[0]!;
  const own = follow(items, entry.Config, name);
  const config = await read(own.path);
  const layers = entry.Layers.map((path) => follow(items, path, name));
  const places = new Map([own, ...layers].map(({ path, item }) => [item.digest as string, path]));
  const manifestBytes = documentBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(config, mediaTypes.config),
    layers: layers.map(({ item }) => layerDescriptor(item)),
  });
  const manifest = parseDocument(manifestBytes, imageManifestSchema, name);
  const descriptor = describe(manifestBytes, mediaTypes.manifest);
  return {
    tags: entry.RepoTags ?? [],
    image: {
      reference: parseReference(`localhost/archive@${descriptor.digest}`),
      digest: descriptor.digest,
      descriptor,
      manifest,
      manifestBytes,
      config: parseDocument(config, imageConfigSchema, `the config of ${name}`),
      bytes: manifest.layers.reduce((sum, { size }) => sum + size, 0),
      blob: (wanted) => verified(contentAt(archive, places.get(wanted.digest) ?? "", name), wanted, name),
    },
  };
}

async function listItems(archive: ByteSource): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  for await (const { header, body } of readTar(archive.stream())) {
    const path = safePath(header.path, { allowAbsolute: true });
    if (header.type === "directory") continue;
    if (items.size >= ITEM_LIMIT || items.has(path))
      throw invalid("the archive", "a file comes twice, or there are too many");
    items.set(path, { ...(await measure(body, header.size)), target: targetOf(path, header) });
  }
  return items;
}

async function measure(body: AsyncIterable<Uint8Array>, size: number): Promise<Omit<Item, "target">> {
  const hash = createHash("sha256");
  let head: Uint8Array = new Uint8Array();
  for await (const chunk of body) {
    hash.update(chunk);
    if (head.length < 6) head = Buffer.concat([head, chunk.subarray(0, 6)]);
  }
  return { digest: `sha256:${hash.digest("hex")}`, size, compression: sniffCompression(head) };
}

/** `docker save` stores a layer that comes twice as a link to where it is. */
function targetOf(path: string, { type, linkTarget }: ReadTarHeader): string | undefined {
  if (type === "link") return safePath(linkTarget);
  return type === "symlink" ? safePath(posix.join(posix.dirname(path), linkTarget)) : undefined;
}

function follow(items: Map<string, Item>, path: string, name: string): { path: string; item: Item } {
  let at = safePath(path);
  for (let hops = 0; hops < 5; hops++) {
    const item = items.get(at);
    if (!item) break;
    if (item.target === undefined) return { path: at, item };
    at = item.target;
  }
  throw invalid(name, `it has no ${JSON.stringify(path)}, which its manifest.json names`);
}

const layerTypes: Partial<Record<Item["compression"], string>> = {
  none: mediaTypes.layer,
  gzip: mediaTypes.layerGzip,
  zstd: mediaTypes.layerZstd,
};

const layerDescriptor = ({ digest, size, compression }: Item): Descriptor => ({
  mediaType: layerTypes[compression] ?? mediaTypes.layer,
  digest,
  size,
});

async function* contentAt(archive: ByteSource, path: string, name: string): AsyncGenerator<Uint8Array> {
  for await (const { header, body } of readTar(archive.stream())) {
    if (safePath(header.path, { allowAbsolute: true }) !== path) continue;
    yield* body;
    return;
  }
  throw invalid(name, `it has no ${path}`);
}

const invalid = (name: string, reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `${name} is not a docker-archive: ${reason}`, {
    hint: "A docker-archive is what `docker save` and `skopeo copy … docker-archive:FILE` write.",
  });
