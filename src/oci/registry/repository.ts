import { type ByteSource, collect } from "../../formats/bytes.ts";
import { type Digest, digestHex, isDigest, parseDigest } from "../digest.ts";
import { DOCUMENT_LIMIT } from "../document.ts";
import type { RegistryStore } from "./store.ts";

/** A manifest as it was pushed. */
export interface StoredManifest {
  digest: Digest;
  mediaType: string;
  content: ByteSource;
}

/** One repository's part of a store. Blobs are shared, but visible only where they were pushed or mounted. `_` cannot begin a word of a repository's name. */
export function repositoryIn(store: RegistryStore, name: string) {
  const link = (kind: "_blobs" | "_manifests" | "_tags", key: string): string =>
    `repositories/${name}/${kind}/${key}`;
  const readText = async (key: string): Promise<string | undefined> => {
    const source = await store.get(key);
    return source && Buffer.from(await collect(source.stream(), DOCUMENT_LIMIT)).toString("utf8");
  };
  return {
    async blob(digest: Digest): Promise<ByteSource | undefined> {
      if ((await store.get(link("_blobs", digestHex(digest)))) === undefined) return undefined;
      return store.get(`blobs/${digestHex(digest)}`);
    },
    linkBlob: (digest: Digest) => store.put(link("_blobs", digestHex(digest)), new Uint8Array()),
    async manifest(reference: string): Promise<StoredManifest | undefined> {
      const digest = isDigest(reference) ? reference : await readText(link("_tags", reference));
      if (digest === undefined) return undefined;
      const mediaType = await readText(link("_manifests", digestHex(parseDigest(digest))));
      const content = await store.get(`blobs/${digestHex(parseDigest(digest))}`);
      return mediaType === undefined || !content
        ? undefined
        : { digest: parseDigest(digest), mediaType, content };
    },
    async putManifest(digest: Digest, mediaType: string, bytes: Uint8Array): Promise<void> {
      await store.put(`blobs/${digestHex(digest)}`, bytes);
      await this.linkManifest(digest, mediaType);
    },
    /** Makes a manifest visible whose bytes the store has. */
    linkManifest: (digest: Digest, mediaType: string) =>
      store.put(link("_manifests", digestHex(digest)), Buffer.from(mediaType)),
    tag: (tag: string, digest: Digest) => store.put(link("_tags", tag), Buffer.from(digest)),
    removeTag: (tag: string) => store.remove(link("_tags", tag)),
    removeManifest: (digest: Digest) => store.remove(link("_manifests", digestHex(digest))),
    tags: () => store.list(link("_tags", "")),
    async manifests(): Promise<Digest[]> {
      return (await store.list(link("_manifests", ""))).map((hex) => parseDigest(`sha256:${hex}`));
    },
  };
}

export type Repository = ReturnType<typeof repositoryIn>;
