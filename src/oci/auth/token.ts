import { z } from "zod";
import { RolesError } from "../../errors.ts";
import { collect, fromText } from "../../formats/bytes.ts";
import { parseDocument } from "../document.ts";
import { isLoopback } from "../transport/loopback.ts";
import { redactUrl } from "../transport/redact.ts";
import type { OciRequest, Send } from "../transport/send.ts";
import type { Challenge } from "./challenge.ts";
import { basicHeader, type Credentials } from "./credentials.ts";

export interface Token {
  value: string;
  /** Milliseconds since 1970 from which on it is not used any more. */
  expires: number;
}

type BearerChallenge = Extract<Challenge, { scheme: "bearer" }>;

const answer = z.looseObject({
  token: z.string().exactOptional(),
  access_token: z.string().exactOptional(),
  expires_in: z.number().nonnegative().exactOptional(),
});

/** Registries name no life time when they mean 60 seconds (distribution token specification). */
const DEFAULT_LIFE = 60;

/**
 * Gets a token from the realm that the registry named: OAuth2 for an identity token, else a GET with Basic or nothing.
 * Errors: REGISTRY_DENIED, REGISTRY_PROTOCOL, and those of `send`.
 */
export async function fetchToken(
  send: Send,
  challenge: BearerChallenge,
  credentials: Credentials | undefined,
  registry: URL,
): Promise<Token> {
  const realm = realmOf(challenge.realm, registry);
  const response = await send(tokenRequest(realm, challenge, credentials));
  const bytes = await collect(response.body, 1 << 20);
  if (response.status !== 200) throw denied(response.status, realm, registry);
  const { token, access_token, expires_in } = parseDocument(
    bytes,
    answer,
    `the token of ${redactUrl(realm)}`,
  );
  const value = token ?? access_token;
  if (value === undefined || !/^[\x21-\x7e]+$/.test(value))
    throw new RolesError("REGISTRY_PROTOCOL", `${redactUrl(realm)} gave no usable token`);
  // A tenth less, so that a token does not expire on its way.
  return { value, expires: Date.now() + (expires_in || DEFAULT_LIFE) * 900 };
}

/** Credentials go to the realm, so it must be TLS, or as near as the registry itself. */
function realmOf(text: string, registry: URL): URL {
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    realm?.username === "" &&
    (realm.protocol === "https:" ||
      (realm.protocol === "http:" &&
        registry.protocol === "http:" &&
        (isLoopback(realm.hostname) ? isLoopback(registry.hostname) : realm.hostname === registry.hostname)));
  if (realm && isSafe) return realm;
  throw new RolesError("REGISTRY_PROTOCOL", `${registry.host} wants credentials sent to an unsafe place`, {
    hint: "The token service it names is not https. Nothing was sent there.",
  });
}

function tokenRequest(
  realm: URL,
  challenge: BearerChallenge,
  credentials: Credentials | undefined,
): OciRequest {
  const scopes = challenge.scope?.split(" ").filter((scope) => scope !== "") ?? [];
  if (credentials?.kind === "identity") return oauthRequest(realm, challenge, scopes, credentials.token);
  const url = new URL(realm);
  if (challenge.service !== undefined) url.searchParams.set("service", challenge.service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  if (credentials?.kind !== "basic") return { method: "GET", url };
  return {
    method: "GET",
    url,
    headers: { authorization: basicHeader(credentials.username, credentials.password) },
  };
}

function oauthRequest(url: URL, { service }: BearerChallenge, scopes: string[], token: string): OciRequest {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: "talos-roles",
    refresh_token: token,
    ...(service === undefined ? {} : { service }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
  });
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: fromText(form.toString()),
  };
}

const denied = (status: number, realm: URL, registry: URL): RolesError =>
  new RolesError(
    "REGISTRY_DENIED",
    `${redactUrl(realm)} gave no token for ${registry.host} (status ${status})`,
    {
      hint: `Log in again: \`docker login ${registry.host}\`, or check the token in the environment.`,
    },
  );
