import { RolesError } from "../errors.ts";
import type { Arch } from "./arch.ts";

const machines: Record<number, Arch> = { 62: "amd64", 183: "arm64" };
const headerBytes = 64;
const programBits = 1;
const keptStrings = 4096;
const keptHits = 10_000;

export interface ModuleStrings {
  arch: Arch | undefined;
  /** `key=value` strings of .modinfo whose key was asked for. */
  values: Record<string, string>;
}

interface Hit {
  at: number;
  key: string;
  before: number;
  value: string;
}

/**
 * Reads chosen strings of the `.modinfo` section of a 64-bit little-endian ELF object in one pass, without holding it: the section
 * table comes last in the file, so candidates are kept and those outside the section are dropped at the end (ELF-64 object file format).
 * Returns undefined where this is no such file or it has no `vermagic`.
 */
export async function readModinfo(
  chunks: AsyncIterable<Uint8Array>,
  keys: readonly string[],
): Promise<ModuleStrings | undefined> {
  const hits: Hit[] = [];
  const table: Buffer[] = [];
  const scan = stringScanner(keys, hits);
  let head = Buffer.alloc(0);
  let at = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (head.length < headerBytes)
      head = Buffer.concat([head, bytes.subarray(0, headerBytes)]).subarray(0, headerBytes);
    if (head.length === headerBytes && !isObject(head)) return undefined;
    scan(bytes, at);
    keepTable(table, head, bytes, at);
    at += bytes.length;
  }
  if (head.length < headerBytes) return undefined;
  return resolve(head, Buffer.concat(table), hits);
}

const isObject = (head: Buffer): boolean =>
  head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1 && head.readUInt16LE(16) === 1;

const tableStart = (head: Buffer): number => Number(head.readBigUInt64LE(40));
const tableSize = (head: Buffer): number => head.readUInt16LE(60) * 64;

/** Keeps the bytes of the section table as they pass by; it may begin in any chunk. */
function keepTable(kept: Buffer[], head: Buffer, bytes: Buffer, at: number): void {
  if (head.length < headerBytes) return;
  const from = Math.max(0, tableStart(head) - at);
  const to = Math.min(bytes.length, tableStart(head) + tableSize(head) - at);
  if (from < to) kept.push(Buffer.from(bytes.subarray(from, to)));
}

/** Finds `key=…NUL` anywhere, also across chunks, and remembers where. */
function stringScanner(keys: readonly string[], hits: Hit[]) {
  const seen = new Set<number>();
  let rest = Buffer.alloc(0);
  return (bytes: Buffer, at: number): void => {
    const window = Buffer.concat([rest, bytes]);
    const base = at - rest.length;
    // The last part is looked at again with what follows, so that a string is never cut.
    const sure = Math.max(0, window.length - keptStrings);
    for (const key of keys) {
      for (let found = window.indexOf(`${key}=`); found >= 0; found = window.indexOf(`${key}=`, found + 1)) {
        const end = window.indexOf(0, found);
        if (seen.has(base + found) || (end < 0 && found >= sure)) continue;
        if (seen.size >= keptHits) throw tooManyStrings();
        seen.add(base + found);
        const value = window.toString("utf8", found + key.length + 1, end < 0 ? found + keptStrings : end);
        hits.push({ at: base + found, key, before: found > 0 ? (window[found - 1] ?? 0) : 0, value });
      }
    }
    rest = Buffer.from(window.subarray(Math.max(0, window.length - keptStrings - 1)));
  };
}

const tooManyStrings = () =>
  new RolesError("EXTENSION_INVALID", "a kernel module repeats its .modinfo keys thousands of times", {
    hint: "Report it to the extension's author.",
  });

function resolve(head: Buffer, table: Buffer, hits: readonly Hit[]): ModuleStrings | undefined {
  if (table.length < tableSize(head)) return undefined;
  const marks = hits.filter(({ key }) => key === "vermagic");
  for (let entry = 0; entry + 64 <= table.length; entry += 64) {
    if (table.readUInt32LE(entry + 4) !== programBits) continue;
    const start = Number(table.readBigUInt64LE(entry + 24));
    const end = start + Number(table.readBigUInt64LE(entry + 32));
    const inside = ({ at, before }: Hit) => at === start || (at > start && at < end && before === 0);
    if (!marks.some(inside)) continue;
    const found = hits.filter(inside).reverse();
    return {
      arch: machines[head.readUInt16LE(18)],
      values: Object.fromEntries(found.map(({ key, value }) => [key, value])),
    };
  }
  return undefined;
}
