import type { ServerResponse } from "node:http";
import type { Reply } from "./reply.ts";

/** Something that goes wrong with one answer, for tests. */
export interface Fault {
  /** Sent in place of the real answer. */
  reply?: Reply;
  /** The connection breaks before the answer. */
  reset?: boolean;
  /** The connection breaks after this many bytes of the answer's body. */
  truncateAt?: number;
  /** The first byte of the body is changed. */
  corrupt?: boolean;
}

/** `count` starts at 1. */
export type FaultInjector = (request: { method: string; path: string; count: number }) => Fault | undefined;

/** Writes an answer with what is to go wrong with it. */
export async function inflict(
  fault: Fault | undefined,
  response: ServerResponse,
  write: () => Promise<void>,
): Promise<void> {
  if (fault?.reset === true) {
    response.destroy();
    return;
  }
  if (fault?.truncateAt !== undefined || fault?.corrupt === true) tamper(response, fault);
  await write();
}

function tamper(response: ServerResponse, { truncateAt = Infinity, corrupt = false }: Fault): void {
  const plain = response.write.bind(response) as (chunk: Uint8Array) => boolean;
  let sent = 0;
  response.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
    const bytes = Uint8Array.from(chunk);
    if (corrupt && sent === 0 && bytes[0] !== undefined) bytes[0] ^= 0xff;
    const room = truncateAt - sent;
    sent += bytes.length;
    if (bytes.length <= room) return plain(bytes);
    if (room > 0) plain(bytes.subarray(0, room));
    // Let what was written leave before the line breaks.
    setImmediate(() => response.socket?.destroySoon());
    void rest;
    return false;
  }) as typeof response.write;
}
