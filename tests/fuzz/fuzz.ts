import { setImmediate } from "node:timers/promises";
import { RolesError } from "../../src/errors.ts";
import { mutated, randomFrom } from "./mutate.ts";
import type { FuzzReader } from "./reader.ts";

export interface FuzzResult {
  reader: string;
  inputs: number;
  /** Readings that ended well, and by error code those that did not. */
  outcomes: Record<string, number>;
  /** Inputs kept because their outcome was new: the corpus grows towards what is reached rarely. */
  kept: number;
  slowestMs: number;
  /** Everything that is neither a result nor a coded error. */
  failures: FuzzFailure[];
}

export interface FuzzFailure {
  /** `--seed` and this number give the input again. */
  iteration: number;
  kind: "crash" | "slow";
  detail: string;
  input: Buffer;
}

export interface FuzzOptions {
  inputs: number;
  seed?: number;
  /** A single reading that takes longer is a failure. */
  limitMs?: number;
  /** Called before each reading, so that a watcher can tell which one hangs. */
  onInput?: (iteration: number) => void;
  /** Stops after so many failures. */
  mostFailures?: number;
}

const mostKept = 2000;

/** A reader that never waits would keep timers and messages, and so every sign of life, from leaving the process. */
const turnEvery = 256;

/** Feeds a reader with damaged and hostile inputs, guided by the outcomes: an input with a new one joins the corpus. */
export async function fuzz(
  reader: FuzzReader,
  { inputs, seed = 1, limitMs = 3000, onInput, mostFailures = 5 }: FuzzOptions,
): Promise<FuzzResult> {
  const random = randomFrom(seed);
  const corpus = [...reader.seeds];
  const known = new Set<string>();
  const result: FuzzResult = {
    reader: reader.name,
    inputs: 0,
    outcomes: {},
    kept: 0,
    slowestMs: 0,
    failures: [],
  };
  for (let iteration = 0; iteration < inputs && result.failures.length < mostFailures; iteration += 1) {
    const input =
      iteration < reader.seeds.length ? (corpus[iteration] as Buffer) : mutated(corpus, reader.words, random);
    if (iteration % turnEvery === 0) await setImmediate();
    onInput?.(iteration);
    const { outcome, elapsed } = await timed(reader, input, limitMs);
    result.inputs += 1;
    result.slowestMs = Math.max(result.slowestMs, elapsed);
    if (outcome.crash !== undefined)
      result.failures.push({ iteration, kind: "crash", detail: outcome.crash, input });
    else if (elapsed > limitMs)
      result.failures.push({ iteration, kind: "slow", detail: `${Math.round(elapsed)} ms`, input });
    result.outcomes[outcome.code] = (result.outcomes[outcome.code] ?? 0) + 1;
    if (!known.has(outcome.signature) && corpus.length < mostKept) {
      known.add(outcome.signature);
      corpus.push(Buffer.from(input));
      result.kept += 1;
    }
  }
  return result;
}

/** Milliseconds of work: the processor's time in this process, so that a busy machine makes no reader slow; the wall's where a child works. */
function clockOf({ child }: FuzzReader): () => number {
  const wall = performance.now();
  const processor = process.cpuUsage();
  return () => {
    if (child) return performance.now() - wall;
    const { user, system } = process.cpuUsage(processor);
    return (user + system) / 1000;
  };
}

/** A reading and how long it took. One that took too long is repeated: slow is what is slow every time, and not what met a busy machine. */
async function timed(
  reader: FuzzReader,
  input: Buffer,
  limitMs: number,
): Promise<{ outcome: Outcome; elapsed: number }> {
  let least = Infinity;
  let outcome: Outcome;
  let tries = 0;
  do {
    const elapsedSince = clockOf(reader);
    outcome = await outcomeOf(reader, Buffer.from(input));
    least = Math.min(least, elapsedSince());
    tries += 1;
  } while (least > limitMs && tries < 3);
  return { outcome, elapsed: least };
}

interface Outcome {
  code: string;
  signature: string;
  crash?: string;
}

async function outcomeOf(reader: FuzzReader, input: Buffer): Promise<Outcome> {
  try {
    return { code: "read", signature: `read ${shapeOf(await reader.read(input))}` };
  } catch (error) {
    if (error instanceof RolesError)
      return { code: error.code, signature: `${error.code} ${wordsOf(error.message)}` };
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: "crash", signature: `crash ${detail.slice(0, 200)}`, crash: detail };
  }
}

/** A message without what differs from input to input: numbers and quoted text. */
const wordsOf = (message: string): string =>
  message
    .replace(/"(?:[^"\\]|\\.)*"?/g, "…")
    .replace(/[^ -~]/g, "")
    .replace(/\d+/g, "0")
    .slice(0, 80);

/** How a result is built: coarse enough that counts and texts do not make every input new. */
function shapeOf(value: unknown, depth = 2): string {
  if (Array.isArray(value))
    return `[${Math.min(3, value.length)}${depth > 0 && value.length > 0 ? shapeOf(value[0], depth - 1) : ""}]`;
  if (value === null || typeof value !== "object") return typeof value;
  const keys = Object.keys(value).slice(0, 12);
  return `{${keys.map((key) => (depth > 0 ? `${key}:${shapeOf((value as Record<string, unknown>)[key], depth - 1)}` : key)).join()}}`;
}
