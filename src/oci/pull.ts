import { RolesError } from "../errors.ts";
import { ask, type Connection } from "./connection.ts";
import { digestOf, verified } from "./digest.ts";
import { unreachable } from "./failure.ts";
import { manifestType } from "./manifest-type.ts";
import { acceptedManifests } from "./media-types.ts";
import type { Descriptor } from "./model.ts";
import { formatReference, type Reference } from "./reference.ts";
import { collectManifest, type RawManifest } from "./source.ts";
import { delayOf, isTransient } from "./transport/retry.ts";
import type { OciResponse } from "./transport/send.ts";

/** Reads a manifest or index, whole and checked. Errors: those of `ImageSource.manifest`. */
export async function pullManifest(connection: Connection, reference: Reference): Promise<RawManifest> {
  const path = `manifests/${reference.digest ?? reference.tag ?? "latest"}`;
  const what = formatReference(reference);
  for (let attempt = 1; ; attempt++) {
    const response = await ask(connection, reference, path, { headers: { accept: acceptedManifests } });
    try {
      const bytes = await collectManifest(response.body, reference.digest, what);
      const mediaType = manifestType(bytes, response.headers["content-type"], what);
      return { mediaType, digest: digestOf(bytes), bytes };
    } catch (error) {
      await response.discard();
      if (!isTransient(error)) throw error;
      if (attempt >= connection.retries.attempts) throw unreachable(response.url, error);
      await connection.retries.sleep(delayOf(connection.retries, attempt));
    }
  }
}

/** A blob's bytes, checked while they stream; what a broken connection cut off is asked for by Range. Errors: those of `ImageSource.blob`. */
export const pullBlob = (
  connection: Connection,
  reference: Reference,
  descriptor: Descriptor,
): AsyncIterable<Uint8Array> =>
  verified(resumed(connection, reference, descriptor), descriptor, formatReference(reference));

/** Progress after which failures are forgotten: a poor line may break often, but a hostile server cannot make us ask byte by byte. */
const PROGRESS = 1 << 20;

async function* resumed(
  connection: Connection,
  reference: Reference,
  { digest, size }: Descriptor,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let mark = 0;
  for (let failures = 0; ;) {
    const response = await ask(connection, reference, `blobs/${digest}`, { headers: rangeFrom(at) });
    try {
      for await (const chunk of from(response, at)) {
        at += chunk.length;
        yield chunk;
      }
      if (at >= size) return;
      throw new EndedEarly();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (at - mark >= PROGRESS) failures = 0;
      mark = at;
      if (++failures >= connection.retries.attempts) {
        if (error instanceof EndedEarly) return;
        throw unreachable(response.url, error);
      }
      await connection.retries.sleep(delayOf(connection.retries, failures));
    } finally {
      await response.discard();
    }
  }
}

/** The server closed in good order before all was sent; `verified` names it when it stays so. */
class EndedEarly extends Error {}

const rangeFrom = (at: number): Record<string, string> => (at === 0 ? {} : { range: `bytes=${at}-` });

/** The bytes from `at` on, also from a server that ignores Range and sends everything. */
async function* from({ status, headers, body, url }: OciResponse, at: number): AsyncGenerator<Uint8Array> {
  if (status === 206 && !headers["content-range"]?.startsWith(`bytes ${at}-`))
    throw new RolesError(
      "REGISTRY_PROTOCOL",
      `${url.host} sent another part of the blob than it was asked for`,
    );
  let skip = status === 206 ? 0 : at;
  for await (const chunk of body) {
    if (skip < chunk.length) yield skip === 0 ? chunk : chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
}
