// How soon a machine of each role shows its console after `talos-roles boot`, as a user sees it: from the start of the command to the kernel's
// first line on the terminal. Run by `npm run bench -- boot`, with roles that `make demo` built into out/demo.
import { spawn } from "node:child_process";
import { bin } from "./metered.ts";
import { tell } from "./row.ts";

const out = process.argv[2] ?? "out/demo";
const limitSeconds = 15;
const runs = 5;
const kernelLine = /^\[ *\d+\.\d+\]/m;

async function consoleSeconds(role: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [bin, "boot", role, "--out", out, "--console"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  let seconds = Infinity;
  child.stderr.on("data", (chunk) => {
    text += String(chunk);
    if (seconds < Infinity || !kernelLine.test(text)) return;
    seconds = (performance.now() - started) / 1000;
    child.kill("SIGTERM");
  });
  await new Promise((resolve) => child.on("close", resolve));
  if (seconds === Infinity) throw new Error(`${role} showed no console: ${text.slice(-400)}`);
  return seconds;
}

for (const role of ["compute", "gateway"]) {
  const all: number[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await consoleSeconds(role));
  const sorted = all.toSorted((one, other) => one - other);
  const [best, median, worst] = [sorted[0]!, sorted[Math.floor(runs / 2)]!, sorted[runs - 1]!];
  tell({
    what: `the machine of ${role} shows its console after \`boot\``,
    bar: `${limitSeconds} s`,
    measured: `median ${median.toFixed(1)} s, best ${best.toFixed(1)} s, worst ${worst.toFixed(1)} s`,
    fits: median <= limitSeconds,
  });
}
