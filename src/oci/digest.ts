import { createHash } from "node:crypto";
import { RolesError } from "../errors.ts";

/** Name of content by its sha256, the one algorithm that registries and Talos use: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

const PATTERN = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): text is Digest => PATTERN.test(text);

/** Errors: REFERENCE_INVALID for anything that is not a whole lower-case sha256 digest. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new RolesError("REFERENCE_INVALID", `${JSON.stringify(text.slice(0, 100))} is not a digest`, {
    hint: "A digest is `sha256:` and 64 lower-case hexadecimal digits.",
  });
}

/** The 64 hex digits. */
export const digestHex = (digest: Digest): string => digest.slice("sha256:".length);

export const digestOf = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * Passes `chunks` on and ends with an error unless they are exactly `size` bytes with this digest.
 * Nothing past `size` is passed on. `what` names the content in errors.
 * Errors: BLOB_TRUNCATED when bytes are missing, DIGEST_MISMATCH otherwise.
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: { digest: Digest; size: number },
  what: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > size) throw mismatch(what, digest, `has more than the ${size} bytes it should have`);
    hash.update(chunk);
    yield chunk;
  }
  if (seen < size)
    throw new RolesError("BLOB_TRUNCATED", `${what}: ${digest} ended after ${seen} of ${size} bytes`, {
      hint: "Run the command again; if it stays so, the registry or mirror holds a damaged copy.",
    });
  const found = hash.digest("hex");
  if (found !== digestHex(digest)) throw mismatch(what, digest, `has the digest sha256:${found}`);
}

/** Checks small content that is already whole. Errors: DIGEST_MISMATCH. */
export function verifyBytes(bytes: Uint8Array, digest: Digest, what: string): void {
  const found = digestOf(bytes);
  if (found !== digest) throw mismatch(what, digest, `has the digest ${found}`);
}

const mismatch = (what: string, digest: Digest, fault: string): RolesError =>
  new RolesError("DIGEST_MISMATCH", `${what}: the content sent for ${digest} ${fault}`, {
    hint: "Do not use it. The registry, a mirror or something in between changed the content.",
  });
