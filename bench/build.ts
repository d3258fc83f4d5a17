// `talos-roles build` with nothing to do: the time of the whole command, as a user runs it, on real sizes from the stand-in upstream.
// Run by `npx tsx bench/build.ts` after `npm run build`; the first run makes the stand-in upstream, which takes minutes.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const limit = 3;
const runs = 5;
const root = join(import.meta.dirname, "..");
const bin = join(root, "dist", "cli", "bin.js");

/** Starts the stand-in upstream and tells the option by which it is reached. */
async function upstream(): Promise<{ mirror: string; stop: () => void }> {
  const child = spawn(process.execPath, [bin, "lab", "upstream", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.trimEnd().endsWith("}")) break;
  }
  return { mirror: (JSON.parse(text) as { mirror: string }).mirror, stop: () => child.kill("SIGINT") };
}

function build(folder: string, mirror: string): number {
  const args = [
    "build",
    "--file",
    join(folder, "roles.yaml"),
    "--out",
    join(folder, "out"),
    "--mirror",
    mirror,
  ];
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args]);
  if (status !== 0) throw new Error(`build ended with ${status}: ${stderr.toString()}`);
  return (performance.now() - started) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), "bench-build-"));
const { mirror, stop } = await upstream();
try {
  cpSync(join(root, "examples", "roles.yaml"), join(folder, "roles.yaml"));
  const first = build(folder, mirror);
  const seconds = Array.from({ length: runs }, () => build(folder, mirror)).sort((a, b) => a - b);
  const best = seconds[0] ?? Infinity;
  console.log(
    `build of both roles: ${first.toFixed(1)} s; with nothing to do ${best.toFixed(2)} s, at most ${limit} s: ${best <= limit ? "ok" : "TOO SLOW"}`,
  );
  if (best > limit) process.exitCode = 1;
} finally {
  stop();
  rmSync(folder, { recursive: true });
}
