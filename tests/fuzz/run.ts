// `npm run fuzz -- [--inputs N] [--child-inputs N] [--seed N] [--reader NAME]… [--out FILE]`: the long run. Each reader works in a process of
// its own, and one that does not get on is a hang. Writes a table as JSON after every reader, with every failing input in base64; started
// again, it goes on after the readers that are in the table.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fuzz, type FuzzResult } from "./fuzz.ts";
import type { FuzzReader } from "./reader.ts";
import { watchLife } from "./watch-life.ts";
import { allReaders } from "./readers.ts";

const reportEvery = 1000;

interface Job {
  reader: string;
  inputs: number;
  seed: number;
}

interface Row extends Omit<FuzzResult, "failures"> {
  seconds: number;
  peakMemoryMiB: number;
  failures: { iteration: number; kind: string; detail: string; input: string }[];
}

type Message = { at: number } | { row: Row };

async function work(readers: readonly FuzzReader[], { reader, inputs, seed }: Job): Promise<Row> {
  const found = readers.find(({ name }) => name === reader);
  if (!found) throw new Error(`no reader ${reader}`);
  const started = performance.now();
  let peak = process.memoryUsage().rss;
  let told = started;
  const onInput = (at: number): void => {
    if (at % reportEvery !== 0 && performance.now() - told < 1000) return;
    told = performance.now();
    peak = Math.max(peak, process.memoryUsage().rss);
    process.send?.({ at } satisfies Message);
  };
  const result = await fuzz(found, { inputs, seed, onInput });
  return {
    ...result,
    slowestMs: Math.round(result.slowestMs),
    seconds: Math.round((performance.now() - started) / 1000),
    peakMemoryMiB: Math.round(peak / 2 ** 20),
    failures: result.failures.map((failure) => ({ ...failure, input: failure.input.toString("base64") })),
  };
}

/** The other process: takes one job after the other. */
async function serve(): Promise<void> {
  const readers = await allReaders();
  process.on("disconnect", () => process.exit());
  process.on("message", (job: Job) => {
    void work(readers, job).then((row) => process.send?.({ row } satisfies Message));
  });
  process.send?.({ at: 0 } satisfies Message);
}

let worker: ChildProcess | undefined;

/** Has a worker do the job. One that ends or gives no sign of life is a failure, and the next job gets a new one. */
function runOne(job: Job): Promise<Row> {
  const child = (worker ??= fork(fileURLToPath(import.meta.url), ["worker"]));
  return new Promise((resolve, reject) => {
    let at = 0;
    const watch = watchLife(child.pid ?? 0, () => end(`hangs soon after input ${at}`));
    const end = (how: string): void => {
      worker = undefined;
      watch.stop();
      child.kill("SIGKILL");
      reject(new Error(`${job.reader} ${how} of seed ${job.seed}`));
    };
    child.removeAllListeners("message").removeAllListeners("exit");
    child.on("exit", (code) => end(`ended with ${code} soon after input ${at}`));
    child.on("message", (message: Message) => {
      watch.alive();
      if ("at" in message) return (at = message.at);
      watch.stop();
      return resolve(message.row);
    });
    child.send(job);
  });
}

/** Readers in the order they are named, or all of them. */
async function chosen(names: string[] | undefined): Promise<FuzzReader[]> {
  const all = await allReaders();
  if (!names) return all;
  return names.map((wanted) => {
    const found = all.find(({ name }) => name === wanted);
    if (!found) throw new Error(`no reader ${wanted}`);
    return found;
  });
}

/** What an earlier run with this seed wrote: a reader that did as many inputs there is not run again. */
function earlierRows(path: string, seed: number): Row[] {
  if (!existsSync(path)) return [];
  const earlier = JSON.parse(readFileSync(path, "utf8")) as { seed: number; rows: Row[] };
  return earlier.seed === seed ? earlier.rows : [];
}

const failedRow = (reader: string, detail: string): Row => ({
  reader,
  inputs: 0,
  outcomes: {},
  kept: 0,
  slowestMs: 0,
  seconds: 0,
  peakMemoryMiB: 0,
  failures: [{ iteration: 0, kind: "stopped", detail, input: "" }],
});

function report(row: Row): void {
  console.log(
    `${row.reader.padEnd(22)} ${String(row.inputs).padStart(8)} inputs ${String(row.seconds).padStart(5)} s  ${row.failures.length} failures  ${JSON.stringify(row.outcomes)}`,
  );
  for (const { iteration, kind, detail } of row.failures)
    console.log(`  ${kind} at ${iteration}: ${detail.slice(0, 500)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string", default: "1000000" },
      "child-inputs": { type: "string", default: "20000" },
      seed: { type: "string", default: "1" },
      reader: { type: "string", multiple: true },
      out: { type: "string", default: "out/fuzz.json" },
    },
  });
  const seed = Number(values.seed);
  mkdirSync(dirname(values.out), { recursive: true });
  const rows = earlierRows(values.out, seed);
  for (const { name, child } of await chosen(values.reader)) {
    const inputs = Number(child ? values["child-inputs"] : values.inputs);
    const earlier = rows.findIndex(({ reader }) => reader === name);
    if ((rows[earlier]?.inputs ?? 0) >= inputs) continue;
    if (earlier >= 0) rows.splice(earlier, 1);
    const row = await runOne({ reader: name, inputs, seed }).catch((error: unknown) =>
      failedRow(name, String(error)),
    );
    rows.push(row);
    report(row);
    writeFileSync(`${values.out}.new`, `${JSON.stringify({ seed, rows }, null, 2)}\n`);
    renameSync(`${values.out}.new`, values.out);
  }
  worker?.removeAllListeners("exit").kill();
  if (rows.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

await (process.send ? serve() : main());
