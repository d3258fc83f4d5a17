import { createHash } from "node:crypto";
import { RolesError } from "../errors.ts";
import type { MetaValue } from "./kernel-args.ts";

const BLOCK = 256 << 10;
const BEGIN = 0x5a4b3c2d;
const END = 0xa5b4c3d2;
/** A checksum and a magic number end the block. */
const TAIL = 36;

/**
 * What Talos reads from its META partition, twice as it keeps it: siderolabs/go-adv, facts §7.3. The partition is larger; the rest is zeros.
 * Errors: UNSUPPORTED when the values do not fit.
 */
export function metaBlocks(values: readonly MetaValue[]): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.writeUInt32BE(BEGIN, 0);
  let at = 4;
  // Always the same order, where the official imager's is random.
  for (const { key, value } of [...values].sort((a, b) => a.key - b.key)) {
    const bytes = Buffer.from(value);
    if (at + 8 + bytes.length > BLOCK - TAIL) throw tooLarge(key);
    block.writeUInt32BE(key, at);
    block.writeUInt32BE(bytes.length, at + 4);
    block.set(bytes, at + 8);
    at += 8 + bytes.length;
  }
  block.writeUInt32BE(END, BLOCK - 4);
  block.set(createHash("sha256").update(block).digest(), BLOCK - TAIL);
  return Buffer.concat([block, block]);
}

/** Errors: UNSUPPORTED when the values of a role do not fit into its META partition. */
export function requireMetaRoom(role: string, values: readonly MetaValue[]): void {
  let at = 4;
  for (const { key, value } of values) {
    at += 8 + Buffer.byteLength(value);
    if (at > BLOCK - TAIL) throw tooLarge(key, `role ${role}: `);
  }
}

/** The values in a META partition's first good block; undefined when there is none. */
export function readMeta(bytes: Uint8Array): MetaValue[] | undefined {
  for (const at of [0, BLOCK]) {
    const block = Buffer.from(bytes.subarray(at, at + BLOCK));
    if (block.length === BLOCK && isWhole(block)) return valuesIn(block);
  }
  return undefined;
}

function isWhole(block: Buffer): boolean {
  const sum = Buffer.from(block.subarray(BLOCK - TAIL, BLOCK - 4));
  block.fill(0, BLOCK - TAIL, BLOCK - 4);
  return (
    block.readUInt32BE(0) === BEGIN &&
    block.readUInt32BE(BLOCK - 4) === END &&
    createHash("sha256").update(block).digest().equals(sum)
  );
}

function valuesIn(block: Buffer): MetaValue[] {
  const values: MetaValue[] = [];
  for (let at = 4; at + 8 <= BLOCK - TAIL;) {
    const [key, size] = [block.readUInt32BE(at), block.readUInt32BE(at + 4)];
    if (key === 0 || at + 8 + size > BLOCK - TAIL) break;
    values.push({ key, value: block.toString("utf8", at + 8, at + 8 + size) });
    at += 8 + size;
  }
  return values;
}

const tooLarge = (key: number, where = ""): RolesError =>
  new RolesError(
    "UNSUPPORTED",
    `${where}the META values do not fit in their partition (${BLOCK} bytes); key ${key} is too large`,
    {
      hint: "Make the value shorter, or give it to the nodes in their machine config.",
    },
  );
