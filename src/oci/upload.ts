import { isRolesError, RolesError } from "../errors.ts";
import { type ByteSource, slice } from "../formats/bytes.ts";
import { type Connection, sendTo } from "./connection.ts";
import type { Digest } from "./digest.ts";
import { failureOf } from "./failure.ts";
import { locationOf } from "./transport/redirect.ts";
import { delayOf } from "./transport/retry.ts";
import type { OciRequest, OciResponse } from "./transport/send.ts";

export interface Upload {
  /** Where the registry wants the bytes. */
  location: URL;
  /** Opens another upload when this one is lost; undefined when the blob has arrived and only the answer was lost. */
  restart: () => Promise<URL | undefined>;
  digest: Digest;
  content: ByteSource;
  what: string;
  scope: string;
}

/** How far an upload is: where the next byte goes, and how many there are. */
interface Progress {
  location: URL;
  at: number;
}

/** Sends a blob's bytes, in one piece or in pieces, and goes on where a broken connection stopped. */
export async function uploadBlob(connection: Connection, upload: Upload): Promise<void> {
  let progress: Progress = { location: upload.location, at: 0 };
  for (let failures = 0; ;) {
    try {
      const next = await sendPiece(connection, upload, progress);
      if (!next) return;
      progress = next;
      failures = 0;
    } catch (error) {
      if (!isRolesError(error, "REGISTRY_UNREACHABLE") || ++failures >= connection.retries.attempts)
        throw error;
      await connection.retries.sleep(delayOf(connection.retries, failures));
      const again = await resume(connection, upload, progress);
      if (!again) return;
      progress = again;
    }
  }
}

/** One request; undefined when the registry has the whole blob. */
async function sendPiece(
  connection: Connection,
  upload: Upload,
  { location, at }: Progress,
): Promise<Progress | undefined> {
  const left = upload.content.size - at;
  const isLast = left === 0 || (connection.chunkSize === undefined && at === 0);
  if (isLast) return finish(connection, upload, location, slice(upload.content, at, upload.content.size));
  const end = at + Math.min(left, connection.chunkSize ?? left);
  const request: OciRequest = {
    ...patchHeaders(at, end),
    method: "PATCH",
    url: location,
    body: slice(upload.content, at, end),
    scope: upload.scope,
    once: true,
  };
  const response = await sendTo(connection, request);
  if (response.status !== 202) throw await failureOf(response, upload.what);
  await response.discard();
  return { location: nextLocation(request, response), at: end };
}

const patchHeaders = (at: number, end: number): Pick<OciRequest, "headers"> => ({
  headers: { "content-type": "application/octet-stream", "content-range": `${at}-${end - 1}` },
});

async function finish(
  connection: Connection,
  { digest, what, scope }: Upload,
  location: URL,
  body: ByteSource,
): Promise<undefined> {
  const url = new URL(location);
  url.searchParams.set("digest", digest);
  const response = await sendTo(connection, {
    method: "PUT",
    url,
    headers: { "content-type": "application/octet-stream" },
    body,
    scope,
    once: true,
  });
  if (response.status !== 201) throw await failureOf(response, what);
  await response.discard();
}

/** Asks how much arrived; an upload that the registry has lost starts again from nothing. */
async function resume(
  connection: Connection,
  upload: Upload,
  { location }: Progress,
): Promise<Progress | undefined> {
  const request: OciRequest = { method: "GET", url: location, scope: upload.scope };
  const response = await sendTo(connection, request);
  await response.discard();
  if (response.status !== 204) {
    const another = await upload.restart();
    return another && { location: another, at: 0 };
  }
  const end = Number(/^(?:bytes=)?0-(\d+)$/.exec(response.headers["range"] ?? "")?.[1] ?? 0);
  // Registries write `0-0` for nothing, as for one byte.
  const at = end === 0 ? 0 : end + 1;
  if (at <= upload.content.size) return { location: nextLocation(request, response), at };
  throw new RolesError(
    "REGISTRY_PROTOCOL",
    `${upload.what}: the registry says it got more bytes than there are`,
  );
}

const nextLocation = (request: OciRequest, { headers, url }: OciResponse): URL =>
  headers["location"] === undefined ? request.url : locationOf({ ...request, url }, headers["location"]);
