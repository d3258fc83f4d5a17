// How long and with how much memory `verify` judges a large cluster, of which some nodes hang, refuse or have expired certificates.
// Run it by itself, the simulator is another process: `npx tsx bench/verify.ts [NODES]`. Bars: 1,000 nodes under 10 s and 400 MB.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tailnetOf } from "../src/cluster/tailnet.ts";
import { verify } from "../src/cluster/verify.ts";
import { kubeClient } from "../src/kubernetes/client.ts";
import { loadKubeconfig } from "../src/kubernetes/kubeconfig.ts";
import { loadRoles } from "../src/roles/load.ts";
import { talosClient } from "../src/talos/api/client.ts";
import { loadTalosconfig } from "../src/talos/api/talosconfig.ts";

const nodes = Number(process.argv[2] ?? 1000);
// On a machine that does other work, a longer patience tells the cost apart from the waiting: `… 1000 60 none`.
const timeoutMs = Number(process.argv[3] ?? 3) * 1000;
const well = process.argv[4] === "none";
const faults = well
  ? { hangs: 0, refuses: 0, expired: 0 }
  : {
      hangs: Math.ceil(nodes / 20),
      refuses: Math.ceil(nodes / 50),
      expired: Math.ceil(nodes / 200),
    };
const folder = await mkdtemp(join(tmpdir(), "bench-verify-"));
const fleet = spawn(
  process.execPath,
  [
    "--import",
    "tsx",
    join(import.meta.dirname, "simulated-fleet.ts"),
    folder,
    String(nodes),
    ...Object.values(faults).map(String),
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
try {
  await new Promise<void>((resolve, reject) => {
    fleet.stdout.once("data", () => resolve());
    fleet.once("exit", () => reject(new Error("the simulator ended")));
  });
  // The nodes boot.
  await sleep(Math.max(5000, nodes * 20));
  for (const direct of [false, true]) await run(direct);
} finally {
  fleet.kill("SIGTERM");
  await rm(folder, { recursive: true });
}

/** Processor time of the simulator so far, in seconds; undefined where there is no /proc. */
function simulatorSeconds(): number | undefined {
  try {
    const stat = readFileSync(`/proc/${fleet.pid}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    // Linux counts in hundredths.
    return (Number(user) + Number(system)) / 100;
  } catch {
    return undefined;
  }
}

async function run(direct: boolean): Promise<void> {
  const loaded = await loadTalosconfig({ path: join(folder, "talosconfig") });
  const context = direct ? { ...loaded, endpoints: loaded.nodes } : loaded;
  const roles = await loadRoles(join(folder, "roles.yaml"));
  const text = async (name: string) => (await readFile(join(folder, name), "utf8")).trim();
  const tailnet = tailnetOf({ url: await text("tailnet-url"), key: await text("tailnet-key") });
  const kube = await kubeClient({ context: await loadKubeconfig({ path: join(folder, "kubeconfig") }) });
  const client = talosClient({ context, timeoutMs });
  const started = performance.now();
  const cpu = process.cpuUsage();
  const others = simulatorSeconds();
  const verdict = await verify({ roles, client, kube, tailnet, nodes: roles.nodes });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const simulator = others === undefined ? undefined : (simulatorSeconds() ?? 0) - others;
  client.close();
  await kube.close();
  const unknown = verdict.nodes.filter(({ roleFunctional }) => roleFunctional.answer === "unknown");
  const reasons = new Map<string, number>();
  for (const node of unknown)
    for (const reason of new Set(node.roleFunctional.reasons.map((one) => one.replace(node.address, "X"))))
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const result = {
    nodes,
    way: direct ? "each node directly" : "through the control plane",
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    simulatorCpuSeconds: simulator === undefined ? undefined : Number(simulator.toFixed(2)),
    peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
    yes: verdict.nodes.filter(({ roleFunctional }) => roleFunctional.answer === "yes").length,
    unknown: unknown.length,
    expectedUnknown: faults.hangs + faults.refuses + faults.expired,
    no: verdict.nodes.filter(({ roleFunctional }) => roleFunctional.answer === "no").length,
    reasons: Object.fromEntries(reasons),
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
