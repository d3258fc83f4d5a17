/** A small fast generator of numbers below `limit` (xorshift32): the same seed gives the same inputs on every machine. */
export type Random = (limit: number) => number;

export function randomFrom(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % Math.max(1, limit);
  };
}

type Change = (bytes: Buffer, random: Random, corpus: readonly Buffer[], words: readonly Buffer[]) => Buffer;

const limits = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

const replaced = (bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);

const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)] as T;

/** What goes wrong on disks and lines, and what an attacker does. */
const changes: readonly Change[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = random(bytes.length);
    if (bytes.length > 0) changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
    return changed;
  },
  (bytes, random) => replaced(bytes, random(bytes.length + 1), 1, Buffer.from([random(256)])),
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  (bytes, random) => replaced(bytes, random(bytes.length + 1), random(40), Buffer.alloc(0)),
  (bytes, random) => {
    const from = random(bytes.length + 1);
    return replaced(bytes, from, 0, bytes.subarray(from, from + random(64)));
  },
  (bytes, random) => {
    const number = Buffer.alloc(pick([1, 2, 4, 8], random));
    const value = pick(limits, random) % 2 ** (8 * Math.min(4, number.length));
    if (random(2) === 0) number.writeUIntLE(value, 0, Math.min(4, number.length));
    else number.writeUIntBE(value, number.length - Math.min(4, number.length), Math.min(4, number.length));
    return replaced(bytes, random(bytes.length + 1), number.length, number);
  },
  (bytes, random, _corpus, words) => {
    const word = pick(words, random);
    return replaced(bytes, random(bytes.length + 1), random(2) === 0 ? 0 : word.length, word);
  },
  (bytes, random, corpus) => {
    const other = pick(corpus, random);
    const at = random(other.length + 1);
    return Buffer.concat([bytes.subarray(0, random(bytes.length + 1)), other.subarray(at)]);
  },
  (bytes, random) => {
    const at = random(bytes.length + 1);
    return replaced(bytes, at, 0, Buffer.alloc(random(48), bytes[at] ?? 0x20));
  },
];

/** Inputs larger than this are cut: size alone is tested elsewhere. */
const largest = 1 << 16;

/** One input made from the corpus by one to six changes. */
export function mutated(corpus: readonly Buffer[], words: readonly Buffer[], random: Random): Buffer {
  let bytes = pick(corpus, random);
  for (let count = 1 + random(6); count > 0; count -= 1) {
    bytes = pick(changes, random)(bytes, random, corpus, words);
  }
  return bytes.subarray(0, largest);
}
