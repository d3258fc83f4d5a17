import * as grpc from "@grpc/grpc-js";
import { statusError } from "./status-error.ts";

/** Roles are the organisations of the client's certificate; Talos' readers may do everything that is served here. */
const readerRoles = new Set(["os:admin", "os:operator", "os:reader"]);

type Call = grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerWritableStream<unknown, unknown>;

const rememberedMs = 5000;
const rememberedPeers = 10_000;

/**
 * What refuses strangers at one server. That a certificate is good is remembered for its connection: to read it again for every call would be
 * most of what a call costs. No port comes back with another connection that soon (TIME_WAIT). Errors: PERMISSION_DENIED.
 */
export function admission(): (call: Call) => void {
  const admitted = new Map<string, number>();
  return (call) => {
    const peer = call.getPeer();
    if ((admitted.get(peer) ?? 0) > Date.now()) return;
    // More than one organisation comes as a list, whatever the type says.
    const organizations: string | string[] = call.getAuthContext().sslPeerCertificate?.subject.O ?? [];
    if (![organizations].flat().some((role) => readerRoles.has(role)))
      throw statusError(grpc.status.PERMISSION_DENIED, "not authorized");
    if (admitted.size >= rememberedPeers) admitted.clear();
    // One that has just gone has no address any more.
    if (peer !== "unknown") admitted.set(peer, Date.now() + rememberedMs);
  };
}
