// `talos-roles build` with nothing to do: the time of the whole command, as a user runs it, on real sizes from the stand-in upstream.
// Run by `npm run bench -- build`; the first run makes the stand-in upstream, which takes minutes.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin, figures, metered, summary, times } from "./metered.ts";
import { tell } from "./row.ts";

// Issue 1 asks for 3 s, and the later one for 2.
const limit = 2;
const runs = 5;
const root = join(import.meta.dirname, "..");

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

const folder = mkdtempSync(join(tmpdir(), "bench-build-"));
const { mirror, stop } = await upstream();
try {
  cpSync(join(root, "examples", "roles.yaml"), join(folder, "roles.yaml"));
  const words = [
    "build",
    "--file",
    join(folder, "roles.yaml"),
    "--out",
    join(folder, "out"),
    "--mirror",
    mirror,
  ];
  const build = () => metered([...words, "--progress", "none"]);
  const first = await build();
  process.stdout.write(`the first build, with no bar: ${first.seconds.toFixed(1)} s\n`);
  const again = summary(await times(runs, build));
  tell({
    what: "`build` of the example with nothing changed",
    bar: `${limit} s`,
    measured: figures(again),
    fits: again.median.seconds < limit,
  });
} finally {
  stop();
  rmSync(folder, { recursive: true });
}
