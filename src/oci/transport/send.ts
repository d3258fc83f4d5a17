import type { ByteSource } from "../../formats/bytes.ts";

/** One HTTP request. The body can be read again, so that a failed request can be sent again. */
export interface OciRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: URL;
  headers?: Record<string, string>;
  body?: ByteSource;
  /** Scope to ask a token for when the registry names none: `repository:siderolabs/drbd:pull`. */
  scope?: string;
  /** Never sent a second time by a lower layer: part of an upload, of which only the caller can find out how much arrived. */
  once?: boolean;
}

export interface OciResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Must be read or discarded. */
  body: AsyncIterable<Uint8Array>;
  /** Where the answer came from, after redirects. */
  url: URL;
  /** Gives the connection up without reading the rest. */
  discard(): Promise<void>;
}

export type Send = (request: OciRequest) => Promise<OciResponse>;

/** Wraps a sender: retry, redirect and authentication are such layers. */
export type Middleware = (next: Send) => Send;

/** The first middleware is the outermost. */
export const chain = (send: Send, ...layers: Middleware[]): Send =>
  layers.reduceRight((next, layer) => layer(next), send);
