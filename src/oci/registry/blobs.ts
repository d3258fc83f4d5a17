import { slice } from "../../formats/bytes.ts";
import { isDigest } from "../digest.ts";
import type { Call } from "./call.ts";
import { refusal, type Reply } from "./reply.ts";

/** GET (also of a part) and HEAD of `/v2/<name>/blobs/<digest>`. */
export async function blobs({ method, repository, target, headers }: Call): Promise<Reply> {
  if (!isDigest(target)) return refusal(400, "DIGEST_INVALID", "not a sha256 digest");
  if (method !== "GET" && method !== "HEAD") return refusal(405, "UNSUPPORTED", "no such method here");
  const content = await repository.blob(target);
  if (!content) return refusal(404, "BLOB_UNKNOWN", "no such blob");
  const common = { "content-type": "application/octet-stream", "docker-content-digest": target };
  const range = parseRange(headers["range"], content.size);
  if (!range) return { status: 200, headers: { ...common, "accept-ranges": "bytes" }, body: content };
  const [start, end] = range;
  if (start >= content.size)
    return {
      ...refusal(416, "SIZE_INVALID", "no such range"),
      headers: { "content-range": `bytes */${content.size}` },
    };
  return {
    status: 206,
    headers: { ...common, "content-range": `bytes ${start}-${end - 1}/${content.size}` },
    body: slice(content, start, end),
  };
}

/** One range `bytes=a-` or `bytes=a-b`; anything else is answered with the whole, as RFC 9110 §14.2 allows. */
function parseRange(header: string | undefined, size: number): [start: number, end: number] | undefined {
  const [, start, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (start === undefined) return undefined;
  return [Number(start), last === undefined || last === "" ? size : Math.min(Number(last) + 1, size)];
}
