// `talos-roles check` on ten thousand nodes in fifty roles, as a user runs it: time and memory of the whole command.
// Run by `npx tsx bench/check.ts`; it builds nothing, so `npm run build` comes first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const nodes = 10_000;
const roles = 50;
const limits = { seconds: 1.5, mebibytes: 300 };
const runs = 5;

const bin = join(import.meta.dirname, "..", "dist", "cli", "bin.js");
const meter = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write(JSON.stringify({ kibibytes: maxRSS, cpu: (userCPUTime + systemCPUTime) / 1e6 })); });`;

function rolesText(): string {
  const role = (index: number) =>
    index === 0
      ? "  role0:\n    extensions: [drbd, zfs, spin, tailscale]\n    count: 1\n    subnetRouter: { authKey: { env: TS_AUTHKEY } }\n"
      : `  role${index}:\n    purpose: role number ${index}\n    extensions: [drbd, zfs, spin]\n    labels: { group: "${index}" }\n`;
  const node = (index: number) => {
    const address = `10.${10 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    const own = index === 0 ? 0 : 1 + (index % (roles - 1));
    return `  - { name: node-${index}, address: ${address}, role: role${own}, controlPlane: ${index < 3} }\n`;
  };
  const list = (amount: number, one: (index: number) => string) =>
    Array.from({ length: amount }, (_, index) => one(index)).join("");
  return `cluster: { talos: v1.13.6, arch: arm64 }\nroles:\n${list(roles, role)}nodes:\n${list(nodes, node)}`;
}

function measure(file: string, more: readonly string[]) {
  const started = performance.now();
  const preload = `data:text/javascript,${encodeURIComponent(meter)}`;
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["--import", preload, bin, "check", "-f", file, ...more],
    { maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`check ended with ${status}: ${stderr.toString()}`);
  const { kibibytes, cpu } = JSON.parse(stderr.toString()) as { kibibytes: number; cpu: number };
  return {
    seconds: (performance.now() - started) / 1000,
    cpu,
    mebibytes: kibibytes / 1024,
    bytes: stdout.length,
  };
}

const folder = mkdtempSync(join(tmpdir(), "bench-check-"));
const [load = 0] = loadavg();
if (load > availableParallelism())
  console.log(`the machine is busy (load ${load.toFixed(1)}): look at cpu, not at seconds`);
try {
  const file = join(folder, "roles.yaml");
  writeFileSync(file, rolesText());
  for (const more of [[], ["--json"]]) {
    const all = Array.from({ length: runs }, () => measure(file, more)).sort((a, b) => a.seconds - b.seconds);
    const [best] = all;
    const median = all[Math.floor(runs / 2)];
    if (!best || !median) throw new Error("nothing was measured");
    const fits = best.seconds <= limits.seconds && best.mebibytes <= limits.mebibytes;
    console.log(
      `check ${more.join(" ")}`.trim().padEnd(14) +
        `${nodes} nodes, ${roles} roles: best ${best.seconds.toFixed(2)} s, median ${median.seconds.toFixed(2)} s, ` +
        `cpu ${best.cpu.toFixed(2)} s, ${best.mebibytes.toFixed(0)} MiB, ${(best.bytes / 1024).toFixed(0)} KiB out ` +
        `(limit ${limits.seconds} s, ${limits.mebibytes} MiB): ${fits ? "within" : "OVER"}`,
    );
    if (!fits) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
