import { RolesError } from "../../errors.ts";
import { redactUrl } from "./redact.ts";
import type { Middleware, OciRequest, Send } from "./send.ts";

const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_HOPS = 5;

/**
 * Follows redirects of GET and HEAD by hand: credentials are dropped on the first hop to another origin and never
 * attached again, and nothing leads from TLS to plain HTTP. Uploads are not redirected.
 * Errors: REGISTRY_PROTOCOL.
 */
export const followRedirects: Middleware = (next) => (request) =>
  request.method === "GET" || request.method === "HEAD" ? follow(next, request, MAX_HOPS) : next(request);

async function follow(next: Send, request: OciRequest, hops: number): ReturnType<Send> {
  const response = await next(request);
  const location = response.headers["location"];
  if (!REDIRECTS.includes(response.status) || location === undefined) return response;
  await response.discard();
  if (hops === 0) throw refused(request, "redirects more than five times");
  const url = locationOf(request, location);
  return follow(next, { ...request, url, headers: headersFor(request, url) }, hops - 1);
}

/** Where a Location header leads. Errors: REGISTRY_PROTOCOL when that is no place to go. */
export function locationOf(request: OciRequest, location: string): URL {
  if (!URL.canParse(location, request.url.href)) throw refused(request, "names a location that is not a URL");
  const url = new URL(location, request.url);
  const isDowngrade = request.url.protocol === "https:" && url.protocol !== "https:";
  if (isDowngrade || !["http:", "https:"].includes(url.protocol) || url.username !== "")
    throw refused(request, `leads to ${redactUrl(url)}, which is not safe`);
  return url;
}

function headersFor({ url: from, headers = {} }: OciRequest, to: URL): Record<string, string> {
  if (from.origin === to.origin) return headers;
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !["authorization", "cookie"].includes(name.toLowerCase())),
  );
}

const refused = (request: OciRequest, reason: string): RolesError =>
  new RolesError("REGISTRY_PROTOCOL", `${redactUrl(request.url)} ${reason}`);
