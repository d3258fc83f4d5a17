// `talos-roles lock` of the example against the stand-in upstream, as a user runs it: time and memory of the whole command.
// Run by `npm run bench -- lock`. The first start of the upstream takes minutes.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { startUpstream } from "../src/lab/upstream/upstream.ts";
import { figures, type Metered, metered, summary, times } from "./metered.ts";
import { tell } from "./row.ts";

const root = join(import.meta.dirname, "..");
const limit = 2;
const runs = 5;

function row(label: string, all: readonly Metered[], seconds: number): void {
  const found = summary(all);
  tell({
    what: `\`lock\` of the example, ${label}`,
    bar: `${seconds} s`,
    measured: figures(found),
    fits: found.median.seconds < seconds,
  });
}

const folder = mkdtempSync(join(tmpdir(), "bench-lock-"));
const cacheDir = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "talos-roles");
const upstream = await startUpstream({ version: "v1.13.6", archs: ["arm64"], cacheDir });
try {
  copyFileSync(join(root, "examples", "roles.yaml"), join(folder, "roles.yaml"));
  const lock = (more: readonly string[] = []) =>
    metered(["lock", "--mirror", upstream.mirror, "--cache-dir", join(folder, "cache"), ...more], {
      cwd: folder,
    });
  const cold = summary([await lock()]);
  process.stdout.write(`cold, with no bar: ${figures(cold)}\n`);
  const anew = () => {
    rmSync(join(folder, "roles.lock.json"), { force: true });
    return lock();
  };
  row("warm: a new lock, all in the cache", await times(runs, anew), limit);
  row("warm: nothing moved", await times(runs, () => lock()), limit);
  row("warm: `--update` asks for every tag", await times(runs, () => lock(["--update"])), limit);
} finally {
  await upstream.close();
  rmSync(folder, { recursive: true });
}
