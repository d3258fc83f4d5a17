// All benches, one after the other, and one table at the end: `npm run bench`, or `npm run bench -- check lock`, or `--all`. One that fails
// does not stop the others. The machine should have nothing else to do.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, benches } from "./benches.ts";
import { readRows, type Row, rowsVariable } from "./row.ts";

const { values, positionals } = parseArgs({
  options: { all: { type: "boolean" }, list: { type: "boolean" } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !benches.some((one) => one.name === name));
if (unknown.length > 0 || values.list) {
  if (unknown.length > 0) process.stderr.write(`no such bench: ${unknown.join(", ")}\n`);
  for (const { name, about, long } of benches)
    process.stdout.write(`${name.padEnd(15)}${about}${long ? " (only when named, or with --all)" : ""}\n`);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const isChosen = ({ name, long }: Bench): boolean =>
  positionals.length > 0 ? positionals.includes(name) : values.all === true || !long;

interface Ended {
  bench: Bench;
  rows: Row[];
  status: number;
  seconds: number;
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));

async function run(bench: Bench): Promise<Ended> {
  const rows = join(folder, `${bench.name}.rows`);
  writeFileSync(rows, "");
  process.stdout.write(`\n## ${bench.name}: ${bench.about}\n`);
  const started = performance.now();
  const words = ["--import", "tsx", join(import.meta.dirname, bench.script), ...(bench.args ?? [])];
  const child = spawn(process.execPath, words, {
    stdio: "inherit",
    env: { ...process.env, [rowsVariable]: rows },
  });
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  return { bench, rows: readRows(rows), status, seconds: (performance.now() - started) / 1000 };
}

/** A bench that ended badly before it had measured anything has a row all the same. */
function lines({ bench: { name }, rows, status, seconds }: Ended): string[] {
  const by = `\`npm run bench -- ${name}\``;
  const missed = rows.some(({ fits }) => !fits);
  const failed =
    status !== 0 && !missed
      ? [`| ${name} | | **failed** with ${status} after ${seconds.toFixed(0)} s | ${by} |`]
      : [];
  const nothing =
    status === 0 && rows.length === 0 ? [`| ${name} | | not measured: see above | ${by} |`] : [];
  return [
    ...rows.map(
      ({ what, bar, measured, fits }) =>
        `| ${what} | ${bar} | ${measured}${fits ? "" : ": **missed**"} | ${by} |`,
    ),
    ...failed,
    ...nothing,
  ];
}

try {
  const [load = 0] = loadavg();
  process.stdout.write(
    `${availableParallelism()} processors, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, load ${load.toFixed(1)} at the start\n`,
  );
  const ended: Ended[] = [];
  for (const bench of benches.filter(isChosen)) ended.push(await run(bench));
  process.stdout.write(
    `\n| what | bar | measured | by |\n|---|---|---|---|\n${ended.flatMap(lines).join("\n")}\n`,
  );
  const left = benches.filter((bench) => !isChosen(bench)).map(({ name }) => name);
  if (left.length > 0) process.stdout.write(`\nNot run: ${left.join(", ")}\n`);
  if (ended.some(({ status }) => status !== 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
