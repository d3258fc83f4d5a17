import { type ByteSource, fromBytes } from "../../formats/bytes.ts";
import { documentBytes } from "../document.ts";

/** What a handler answers; the server writes it. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: ByteSource;
}

/** An error in the form of the distribution specification. */
export const refusal = (status: number, code: string, message: string): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: fromBytes(documentBytes({ errors: [{ code, message }] })),
});

export const json = (value: unknown, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers: { "content-type": "application/json", ...headers },
  body: fromBytes(documentBytes(value)),
});
