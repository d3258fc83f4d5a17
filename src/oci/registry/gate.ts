import { randomUUID } from "node:crypto";
import { basicHeader } from "../auth/credentials.ts";
import type { Call } from "./call.ts";
import { json, refusal, type Reply } from "./reply.ts";

/** Lets a request in (undefined) or answers it itself. */
export type Gate = (
  call: Pick<Call, "method" | "url" | "headers">,
) => Promise<Reply | undefined> | Reply | undefined;

export const openGate: Gate = () => undefined;

/** Passwords by user name. */
export type Users = Record<string, string>;

const knows = (users: Users, header: string | undefined): boolean =>
  Object.entries(users).some(([name, password]) => header === basicHeader(name, password));

const unauthorized = (challenge: string): Reply => {
  const reply = refusal(401, "UNAUTHORIZED", "credentials are needed");
  return { ...reply, headers: { ...reply.headers, "www-authenticate": challenge } };
};

/** Asks every request for a user's name and password. */
export const basicGate =
  (users: Users): Gate =>
  ({ headers }) =>
    knows(users, headers["authorization"]) ? undefined : unauthorized('Basic realm="registry"');

export interface TokenGateOptions {
  users: Users;
  /** How many requests a token is good for; default no limit. */
  uses?: number;
  /** Whether one may pull without a name. */
  anonymousPull?: boolean;
}

/** Asks for bearer tokens and gives them out at `/token` (distribution token specification). */
export function tokenGate({ users, uses = Infinity, anonymousPull = false }: TokenGateOptions): Gate {
  const tokens = new Map<string, { scopes: string[]; left: number }>();
  const give = ({ url, headers }: Parameters<Gate>[0]): Reply => {
    const { authorization } = headers;
    const isUser = knows(users, authorization);
    if (authorization !== undefined && !isUser) return refusal(401, "UNAUTHORIZED", "who is that?");
    const scopes = url.searchParams
      .getAll("scope")
      .filter((scope) => isUser || (anonymousPull && isPull(scope)));
    const token = randomUUID();
    tokens.set(token, { scopes, left: uses });
    return json({ token, expires_in: 300 });
  };
  return (call) => {
    if (call.url.pathname === "/token") return give(call);
    const known = tokens.get((call.headers["authorization"] ?? "").replace(/^Bearer /, ""));
    const wanted = scopeWanted(call);
    const isAllowed = known && (wanted === undefined || known.scopes.some((scope) => covers(scope, wanted)));
    if (isAllowed && known.left-- > 0) return undefined;
    const scope = wanted === undefined ? "" : `,scope="${wanted}"`;
    return unauthorized(`Bearer realm="${call.url.origin}/token",service="registry"${scope}`);
  };
}

const isPull = (scope: string): boolean => scope.endsWith(":pull");

function scopeWanted({ method, url }: Pick<Call, "method" | "url">): string | undefined {
  const name = /^\/v2\/(.+)\/(?:blobs|manifests|tags|referrers)\//.exec(url.pathname)?.[1];
  const isReading = method === "GET" || method === "HEAD";
  return name === undefined ? undefined : `repository:${name}:${isReading ? "pull" : "pull,push"}`;
}

/** Whether a granted scope has every action of a wanted one. */
function covers(granted: string, wanted: string): boolean {
  const [, name, actions = ""] = /^(repository:.+):([^:]*)$/.exec(wanted) ?? [];
  const allowed = granted.startsWith(`${name}:`) ? granted.slice(`${name}:`.length).split(",") : [];
  return actions.split(",").every((action) => allowed.includes(action));
}
