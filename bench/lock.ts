// `talos-roles lock` of the example against the stand-in upstream, as a user runs it: time and memory of the whole command.
// Run by `npx tsx bench/lock.ts`; it builds nothing, so `npm run build` comes first. The first start of the upstream takes minutes.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { startUpstream } from "../src/lab/upstream/upstream.ts";

const root = join(import.meta.dirname, "..");
const bin = join(root, "dist", "cli", "bin.js");
const limits = { seconds: 2, mebibytes: 150 };
const runs = 5;
const meter = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write("\\nMETER" + JSON.stringify({ kibibytes: maxRSS, cpu: (userCPUTime + systemCPUTime) / 1e6 })); });`;
const preload = `data:text/javascript,${encodeURIComponent(meter)}`;

interface Measured {
  seconds: number;
  cpu: number;
  mebibytes: number;
}

async function measure(cwd: string, args: readonly string[]): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", preload, bin, "lock", ...args], { cwd });
  let text = "";
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  child.stdout.resume();
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`lock ended with ${String(status)}: ${text}`);
  const seconds = (performance.now() - started) / 1000;
  const { kibibytes, cpu } = JSON.parse(text.slice(text.lastIndexOf("METER") + 5)) as {
    kibibytes: number;
    cpu: number;
  };
  return { seconds, cpu, mebibytes: kibibytes / 1024 };
}

/** Best and median: other work on the machine only ever adds. */
function tell(label: string, all: Measured[], limit = Infinity): void {
  const sorted = all.toSorted((one, other) => one.seconds - other.seconds);
  const [best, median] = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!];
  const memory = Math.max(...all.map(({ mebibytes }) => mebibytes));
  const fits = best.seconds <= limit && memory <= limits.mebibytes;
  const bar = limit === Infinity ? `${limits.mebibytes} MiB` : `${limit} s, ${limits.mebibytes} MiB`;
  console.log(
    `${label.padEnd(40)} best ${best.seconds.toFixed(2)} s, median ${median.seconds.toFixed(2)} s, cpu ${best.cpu.toFixed(2)} s, ` +
      `peak ${memory.toFixed(0)} MiB (limit ${bar}): ${fits ? "within" : "OVER"}`,
  );
  if (!fits) process.exitCode = 1;
}

const folder = mkdtempSync(join(tmpdir(), "bench-lock-"));
const cacheDir = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "talos-roles");
const upstream = await startUpstream({ version: "v1.13.6", archs: ["arm64"], cacheDir });
try {
  copyFileSync(join(root, "examples", "roles.yaml"), join(folder, "roles.yaml"));
  const forget = () => rmSync(join(folder, "roles.lock.json"), { force: true });
  const lock = (more: readonly string[] = []) =>
    measure(folder, ["--mirror", upstream.mirror, "--cache-dir", join(folder, "cache"), ...more]);
  tell("cold: everything is fetched and read", [await lock()]);
  const warm: Measured[] = [];
  for (let run = 0; run < runs; run += 1) {
    forget();
    warm.push(await lock());
  }
  tell("warm: a new lock, all in the cache", warm, limits.seconds);
  const pinned: Measured[] = [];
  for (let run = 0; run < runs; run += 1) pinned.push(await lock());
  tell("pinned: nothing moved", pinned, limits.seconds);
  const updated: Measured[] = [];
  for (let run = 0; run < runs; run += 1) updated.push(await lock(["--update"]));
  tell("--update: every tag is asked for", updated, limits.seconds);
} finally {
  await upstream.close();
  rmSync(folder, { recursive: true });
}
