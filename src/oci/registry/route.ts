import { isRepository } from "../reference.ts";
import { blobs } from "./blobs.ts";
import type { Call } from "./call.ts";
import { referrers, tags } from "./listings.ts";
import { manifests } from "./manifests.ts";
import { refusal, type Reply } from "./reply.ts";
import { openUpload, upload } from "./uploads.ts";

type Handler = (call: Call) => Promise<Reply> | Reply;

/** The endpoints of the distribution specification 1.1; repository names have slashes, so they are cut from the right. */
const routes: [RegExp, Handler][] = [
  [/^\/v2\/(.+)\/blobs\/uploads\/()$/, openUpload],
  [/^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, upload],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, blobs],
  [/^\/v2\/(.+)\/manifests\/([^/]+)$/, manifests],
  [/^\/v2\/(.+)\/tags\/(list)$/, tags],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, referrers],
];

/** What a path is about, or undefined when it is none of ours. */
function route(path: string): { name: string; target: string; handle: Handler } | undefined {
  for (const [pattern, handle] of routes) {
    const [, name, target] = pattern.exec(path) ?? [];
    if (name !== undefined && target !== undefined) return { name, target, handle };
  }
  return undefined;
}

/** Answers one request of `/v2/…`. */
export function dispatch(
  request: Omit<Call, "repository" | "name" | "target">,
  repositoryOf: (name: string) => Call["repository"],
): Promise<Reply> | Reply {
  const { pathname } = request.url;
  if (pathname === "/v2/" || pathname === "/v2")
    return { status: 200, headers: { "docker-distribution-api-version": "registry/2.0" } };
  const found = route(pathname);
  if (!found) return refusal(404, "NAME_UNKNOWN", "no such path");
  if (!isRepository(found.name)) return refusal(400, "NAME_INVALID", "no such name can be");
  return found.handle({
    ...request,
    name: found.name,
    target: found.target,
    repository: repositoryOf(found.name),
  });
}
