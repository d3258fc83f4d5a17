import type { Endpoints } from "./endpoint.ts";
import type { RetryPolicy } from "./transport/retry.ts";
import type { OciRequest, OciResponse, Send } from "./transport/send.ts";
import { isRolesError } from "../errors.ts";
import { failureOf, unreachable } from "./failure.ts";
import { formatReference, type Reference } from "./reference.ts";

/** What every verb of the client stands on. */
export interface Connection {
  send: Send;
  endpoints: Endpoints;
  retries: RetryPolicy;
  /** Bytes for one PATCH when a blob is pushed in pieces; undefined pushes it in one piece. */
  chunkSize: number | undefined;
}

/** The repository that a URL of ours is about, as a token scope. */
export const scopeOf = (repositoryUrl: URL, actions: "pull" | "pull,push"): string =>
  `repository:${repositoryUrl.pathname.replace(/^\/v2\//, "").replace(/\/$/, "")}:${actions}`;

/** Sends, and turns a failing network into the coded error. */
export const sendTo = (connection: Connection, request: OciRequest): Promise<OciResponse> =>
  connection.send(request).catch((error: unknown) => {
    throw isRolesError(error) ? error : unreachable(request.url, error);
  });

/**
 * Asks each place a reference can be read from until one has it. The answer's status is 200 or 206.
 * Errors: REGISTRY_NOT_FOUND, REGISTRY_DENIED, REGISTRY_UNREACHABLE, REGISTRY_PROTOCOL: those of the last place.
 */
export async function ask(
  connection: Connection,
  reference: Reference,
  path: string,
  { method = "GET", headers = {} }: { method?: "GET" | "HEAD"; headers?: Record<string, string> } = {},
): Promise<OciResponse> {
  let last: unknown;
  for (const base of connection.endpoints.read(reference)) {
    try {
      const request = { method, url: new URL(path, base), headers, scope: scopeOf(base, "pull") };
      const response = await sendTo(connection, request);
      if (response.status === 200 || response.status === 206) return response;
      throw await failureOf(response, formatReference(reference));
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
