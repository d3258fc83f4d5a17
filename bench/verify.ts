// How long and with how much memory the command `verify`, as a user types it, judges a large cluster, of which some nodes hang, refuse or have
// expired certificates. The simulator is another process, on the same processors. Run by `npm run bench -- verify`; `npx tsx bench/verify.ts
// NODES` takes fewer. On a machine that does other work a longer patience tells the cost apart from the waiting: `… 1000 60 none`.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { metered } from "./metered.ts";
import { tell } from "./row.ts";

const limits = { seconds: 10, megabytes: 400 };
const nodes = Number(process.argv[2] ?? 1000);
const patience = process.argv[3];
const well = process.argv[4] === "none";
const faults = well
  ? { hangs: 0, refuses: 0, expired: 0 }
  : {
      hangs: Math.ceil(nodes / 20),
      refuses: Math.ceil(nodes / 50),
      expired: Math.ceil(nodes / 200),
    };
const ill = faults.hangs + faults.refuses + faults.expired;
const folder = await mkdtemp(join(tmpdir(), "bench-verify-"));
const at = (name: string): string => join(folder, name);
const simulator = join(import.meta.dirname, "simulated-fleet.ts");
const fleet = spawn(
  process.execPath,
  ["--import", "tsx", simulator, folder, String(nodes), ...Object.values(faults).map(String)],
  { stdio: ["ignore", "pipe", "inherit"] },
);
try {
  await new Promise<void>((resolve, reject) => {
    fleet.stdout.once("data", () => resolve());
    fleet.once("exit", () => reject(new Error("the simulator ended")));
  });
  // The nodes boot.
  await sleep(Math.max(5000, nodes * 20));
  await run("through the control plane", "talosconfig");
  await run("each node dialled directly", directConfig());
} finally {
  fleet.kill("SIGTERM");
  await rm(folder, { recursive: true });
}

/** A talosconfig whose endpoints are all nodes. */
function directConfig(): string {
  const config = parse(readFileSync(at("talosconfig"), "utf8")) as {
    contexts: Record<string, { endpoints: string[]; nodes: string[] }>;
  };
  for (const context of Object.values(config.contexts)) context.endpoints = context.nodes;
  writeFileSync(at("direct.talosconfig"), stringify(config));
  return "direct.talosconfig";
}

interface Verdict {
  nodes: { address: string; roleFunctional: { answer: string; reasons: string[] } }[];
}

async function run(way: string, talosconfig: string): Promise<void> {
  const files = [
    "--file",
    at("roles.yaml"),
    "--talosconfig",
    at(talosconfig),
    "--kubeconfig",
    at("kubeconfig"),
  ];
  const tailnet = [
    "--tailnet-key",
    `file:${at("tailnet-key")}`,
    "--tailnet-url",
    readFileSync(at("tailnet-url"), "utf8").trim(),
  ];
  const words = [
    "verify",
    ...files,
    ...tailnet,
    "--json",
    ...(patience === undefined ? [] : ["--timeout", patience]),
  ];
  // What a run remembers of boots stays in the folder.
  const env = { XDG_CACHE_HOME: at("cache"), XDG_STATE_HOME: at("state") };
  const { seconds, cpu, mebibytes, out } = await metered(words, { env, statuses: [0, 1] });
  const verdict = JSON.parse(out) as Verdict;
  const count = (answer: string): number =>
    verdict.nodes.filter(({ roleFunctional }) => roleFunctional.answer === answer).length;
  const right = count("no") === 0 && count("unknown") === ill && count("yes") === nodes - ill;
  process.stdout.write(`why nodes are unknown: ${JSON.stringify(reasonsOf(verdict))}\n`);
  tell({
    what: `\`verify\` on ${nodes.toLocaleString("en")} nodes, ${ill} of them hanging, refusing or expired, ${way}`,
    bar: `${limits.seconds} s, ${limits.megabytes} MB, every verdict right`,
    measured: `${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of processor time, ${mebibytes.toFixed(0)} MiB, ${count("yes")} yes, ${count("unknown")} unknown, ${count("no")} no`,
    fits: right && seconds < limits.seconds && mebibytes * 1.048576 < limits.megabytes,
  });
}

function reasonsOf({ nodes: all }: Verdict): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { address, roleFunctional } of all.filter((one) => one.roleFunctional.answer === "unknown"))
    for (const reason of new Set(roleFunctional.reasons.map((text) => text.replace(address, "X"))))
      reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}
