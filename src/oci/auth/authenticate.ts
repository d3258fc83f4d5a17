import { isRolesError } from "../../errors.ts";
import { canonicalRegistry } from "../reference.ts";
import type { Middleware, OciRequest, OciResponse, Send } from "../transport/send.ts";
import { parseChallenges } from "./challenge.ts";
import { basicHeader, type Credentials, type CredentialStore } from "./credentials.ts";
import { fetchToken } from "./token.ts";

/** A value for the Authorization header, and until when it is good (milliseconds since 1970). */
interface Pass {
  value: string;
  expires: number;
}

/**
 * Answers a registry's 401 with Basic or a bearer token, and remembers per origin and scope what it wanted.
 * Only the origin that was asked gets an answer: a 401 from where a redirect led to is returned as it is.
 * A token that expires meanwhile is fetched again, once per request.
 */
export function authenticating(credentials: CredentialStore): Middleware {
  const passes = new Map<string, Pass>();
  return (next) => async (request) => {
    const key = `${request.url.origin} ${request.scope ?? ""}`;
    const first = await next(withPass(request, fresh(passes.get(key))));
    if (first.status !== 401 || first.url.origin !== request.url.origin) return first;
    passes.delete(key);
    const own = await credentials(canonicalRegistry(request.url.host), repositoryOf(request.scope));
    const found = await firstGood(next, request, first, attemptsWith(own, request));
    if (!found) return first;
    passes.set(key, found.pass);
    return found.response;
  };
}

/** Reading is tried without credentials that only happen to be there, when the registry refuses them. */
const attemptsWith = (own: Credentials | undefined, { method }: OciRequest): (Credentials | undefined)[] =>
  own?.kind === "basic" && own.incidental === true && (method === "GET" || method === "HEAD")
    ? [own, undefined]
    : [own];

/** The answer to the first attempt that is let in, or to the last one; undefined when the challenge cannot be answered. */
async function firstGood(
  next: Send,
  request: OciRequest,
  challenged: OciResponse,
  attempts: (Credentials | undefined)[],
): Promise<{ pass: Pass; response: OciResponse } | undefined> {
  for (const [index, credentials] of attempts.entries()) {
    const isLast = index === attempts.length - 1;
    const pass = await passFor(next, request, challenged, credentials).catch((error: unknown) => {
      if (isLast || !isRolesError(error, "REGISTRY_DENIED")) throw error;
      return undefined;
    });
    if (!pass) continue;
    await challenged.discard();
    const response = await next(withPass(request, pass.value));
    if (isLast || ![401, 403].includes(response.status)) return { pass, response };
    await response.discard();
  }
  return undefined;
}

async function passFor(
  send: Send,
  request: OciRequest,
  { headers }: OciResponse,
  own: Credentials | undefined,
): Promise<Pass | undefined> {
  for (const challenge of parseChallenges(headers["www-authenticate"] ?? "")) {
    if (challenge.scheme === "bearer") {
      if (own?.kind === "bearer") return { value: `Bearer ${own.token}`, expires: Infinity };
      const scope = widest(challenge.scope, request.scope);
      const wanted = scope === "" ? challenge : { ...challenge, scope };
      const token = await fetchToken(send, wanted, own, request.url);
      return { value: `Bearer ${token.value}`, expires: token.expires };
    }
    if (own?.kind === "basic") return { value: basicHeader(own.username, own.password), expires: Infinity };
  }
  return undefined;
}

const fresh = (pass: Pass | undefined): string | undefined =>
  pass && pass.expires > Date.now() ? pass.value : undefined;

/** What the registry asks for and what we know we need: it does not see, for one, that a push follows a HEAD. */
const widest = (theirs = "", ours = ""): string =>
  [...new Set([...theirs.split(" "), ...ours.split(" ")])].filter((scope) => scope !== "").join(" ");

const repositoryOf = (scope = ""): string => /^repository:([^:]+):/.exec(scope)?.[1] ?? "";

const withPass = (request: OciRequest, value: string | undefined): OciRequest =>
  value === undefined ? request : { ...request, headers: { ...request.headers, authorization: value } };
