import type { z } from "zod";
import { RolesError } from "../errors.ts";

/** Largest manifest, index or config that is read: distribution-spec asks registries for at least 4 MiB. */
export const DOCUMENT_LIMIT = 4 << 20;

/** Reads a JSON document by its schema. `what` names it in errors. Errors: REGISTRY_PROTOCOL with the first faults. */
export function parseDocument<T>(bytes: Uint8Array, schema: z.ZodType<T>, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The cause would repeat a part of the text, and it may be a token.
    throw new RolesError("REGISTRY_PROTOCOL", `${what} is not JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 3).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new RolesError("REGISTRY_PROTOCOL", `${what} is malformed: ${faults.join("; ")}`);
}

/** JSON without insignificant space, the keys in the order given: the same bytes for the same value. */
export const documentBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
