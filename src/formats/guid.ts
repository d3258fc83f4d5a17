import { createHash } from "node:crypto";
import { RolesError } from "../errors.ts";

/** A GUID as text, lower case: `c12a7328-f81f-11d2-ba4b-00a0c93ec93b`. */
export type Guid = string;

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The 16 bytes as UEFI stores them: the first three groups little-endian. Errors: FORMAT_INVALID. */
export function guidToBytes(guid: Guid): Uint8Array {
  const text = guid.toLowerCase();
  if (!SHAPE.test(text)) throw new RolesError("FORMAT_INVALID", `${JSON.stringify(guid)} is no GUID`);
  return swapGroups(Buffer.from(text.replaceAll("-", ""), "hex"));
}

/** Reads 16 bytes as UEFI stores them. */
export function guidFromBytes(bytes: Uint8Array): Guid {
  return format(swapGroups(Buffer.from(bytes.subarray(0, 16))));
}

/** The GUID that a label always gets: UUID version 8 from the first half of sha256(16 zero bytes, label), as Talos makes partition GUIDs since 1.13. */
export function guidFromLabel(label: string): Guid {
  const bytes = createHash("sha256").update(new Uint8Array(16)).update(label).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return format(bytes);
}

function swapGroups(bytes: Buffer): Buffer {
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

function format(bytes: Buffer): Guid {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
