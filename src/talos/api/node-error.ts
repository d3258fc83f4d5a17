import { status } from "@grpc/grpc-js";
import { RolesError } from "../../errors.ts";

export function detailsOf(error: unknown): { code: number | undefined; text: string } {
  const cause = error instanceof RolesError ? error.cause : error;
  const { code, details } = (cause ?? {}) as { code?: number; details?: string };
  return { code, text: details ?? "" };
}

/** A connection that broke under a call: the call itself may be good. */
export const isBroken = (error: unknown): boolean =>
  /RST_STREAM|Session closed|ECONNRESET|Connection dropped/i.test(detailsOf(error).text);

/** True when another way to the same node may still work. */
export function mayTryNext(error: unknown): boolean {
  const { code, text } = detailsOf(error);
  return (
    code === status.UNAVAILABLE ||
    code === status.DEADLINE_EXCEEDED ||
    isBroken(error) ||
    /no request forwarding/.test(text)
  );
}

/** Talos answers a type it does not know like a denial; only its text tells the two apart. */
export const isUnsupportedType = (error: unknown): boolean =>
  /resource type .* is not supported/.test(detailsOf(error).text);

/** Whole ones, so that what is the same reads the same. */
const seconds = (ms: number): number => (ms < 2000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000));

export function asNodeError(
  cause: unknown,
  { address, timeoutMs }: { address: string; timeoutMs: number },
): RolesError {
  const { code, text } = detailsOf(cause);
  if (code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED || isBroken(cause)) {
    const why =
      code === status.DEADLINE_EXCEEDED ? `nothing within ${seconds(timeoutMs)} s` : connectionTrouble(text);
    return new RolesError("NODE_UNREACHABLE", `node ${address} does not answer: ${why}`, {
      hint: "Check its address, that port 50000 is open, and that the talosconfig is of this cluster and not expired.",
      cause,
    });
  }
  if (code === status.PERMISSION_DENIED || code === status.UNAUTHENTICATED) {
    return new RolesError("NODE_DENIED", `node ${address} refuses this certificate: ${text}`, {
      hint: "The talosconfig needs at least the role os:reader: `talosctl config new --roles os:reader`.",
      cause,
    });
  }
  return new RolesError("NODE_FAILED", `node ${address}: ${text || String(cause)}`, { cause });
}

/** The transport's own words hold addresses and times that differ from call to call: the same trouble is always the same text. */
const troubles: [pattern: RegExp, text: string][] = [
  [/ECONNREFUSED/, "connection refused"],
  [/EHOSTUNREACH|ENETUNREACH/, "no route to it"],
  [/certificate has expired/i, "its certificate has expired"],
  [/self.signed|unable to verify|UNABLE_TO_GET_ISSUER/i, "its certificate is of another authority"],
  [/ENOTFOUND|EAI_AGAIN|name resolution/i, "its name cannot be resolved"],
  [/RST_STREAM|Session closed|ECONNRESET|Connection dropped/i, "the connection broke"],
  [/alert/i, "it does not accept our certificate"],
];

const connectionTrouble = (text: string): string =>
  troubles.find(([pattern]) => pattern.test(text))?.[1] ?? (text || "no connection");
