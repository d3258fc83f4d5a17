import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A reader under test: good inputs to start from, words that matter in its format, and one reading of it to the end. */
export interface FuzzReader {
  name: string;
  /** Whether each reading starts another program; such readers get fewer inputs. */
  child: boolean;
  seeds: readonly Buffer[];
  words: readonly Buffer[];
  /** Reads everything. What it returns tells kinds of outcome apart; a coded error is an outcome like any other. */
  read: (bytes: Buffer) => unknown;
}

interface Parts {
  child?: boolean;
  seeds: readonly (string | Uint8Array)[];
  words?: readonly (string | Uint8Array)[];
  read: (bytes: Buffer) => unknown;
}

const buffers = (list: readonly (string | Uint8Array)[]): Buffer[] =>
  list.map((one) => Buffer.from(one as string));

export const fuzzReader = (name: string, { child = false, seeds, words = [], read }: Parts): FuzzReader => ({
  name,
  child,
  seeds: buffers(seeds),
  words: buffers(words.length > 0 ? words : ["\0", "\uFFFF"]),
  read,
});

/** What breaks YAML and JSON readers: anchors, tags, deep nesting, names that objects have by birth, odd numbers and line ends. */
export const textWords = [
  "&a [*a,*a]",
  "*a",
  "<<: *a",
  "!!binary ",
  "!!js/function ",
  "__proto__: {x: 1}",
  "constructor",
  "toString",
  "[[[[[[[[[[[[",
  "{{{{{{{{",
  "{a: {a: {a: {a: ",
  "\n---\n",
  "\n...\n",
  "\r\n",
  "\t",
  "\u2028",
  "\u001B[31m",
  "\u0000",
  "~",
  "null",
  "1e999",
  "0x7fffffffffffffff",
  "-0",
  ".nan",
  "|+2\n",
  ">-\n",
  "? ",
  "{{ .x }}",
  "ENC[AES256_GCM,data:x]",
  "$patch: delete",
  "%TAG ! x\n",
  "\uFEFF",
];

/** A file that is overwritten for readers that only take a path. */
export function inFile(
  name: string,
  read: (path: string) => Promise<unknown>,
): (bytes: Buffer) => Promise<unknown> {
  const path = join(mkdtempSync(join(tmpdir(), "fuzz-")), name);
  return (bytes) => {
    writeFileSync(path, bytes);
    return read(path);
  };
}
