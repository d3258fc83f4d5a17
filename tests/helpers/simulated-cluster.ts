import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { VerifyOptions } from "../../src/cluster/verify.ts";
import { kubeClient } from "../../src/kubernetes/client.ts";
import { loadKubeconfig } from "../../src/kubernetes/kubeconfig.ts";
import type { Simulation } from "../../src/lab/simulate/serve.ts";
import { simulate } from "../../src/lab/simulate/simulate.ts";
import { loadRoles } from "../../src/roles/load.ts";
import { talosClient } from "../../src/talos/api/client.ts";
import { loadTalosconfig } from "../../src/talos/api/talosconfig.ts";

type SimulateOptions = Parameters<typeof simulate>[0];

export interface SimulatedCluster {
  folder: string;
  simulation: Simulation;
  /** Everything `verify` needs, but for the tailnet. */
  options: VerifyOptions;
  tailnet: { url: string; key: string };
  /** Ends it; whatever would have changed something is given back. */
  close(): Promise<string[]>;
}

/** A simulated cluster with clients for it, after its nodes had a minute of their own time or a bit more. */
export async function simulatedCluster(
  options: Omit<SimulateOptions, "state"> & { settleMs?: number; timeoutMs?: number },
): Promise<SimulatedCluster> {
  const folder = await mkdtemp(join(tmpdir(), "cluster-"));
  const speed = options.speed ?? 60;
  const simulation = await simulate({ ...options, speed, state: folder });
  await sleep(options.settleMs ?? 90_000 / speed);
  const client = talosClient({
    context: await loadTalosconfig({ path: join(folder, "talosconfig") }),
    timeoutMs: options.timeoutMs ?? 5000,
  });
  const kube = await kubeClient({ context: await loadKubeconfig({ path: join(folder, "kubeconfig") }) });
  const roles = await loadRoles(join(folder, "roles.yaml"));
  const text = async (name: string) => (await readFile(join(folder, name), "utf8")).trim();
  return {
    folder,
    simulation,
    options: { roles, client, kube, nodes: roles.nodes },
    tailnet: { url: await text("tailnet-url"), key: await text("tailnet-key") },
    close: async () => {
      client.close();
      await kube.close();
      await simulation.close();
      await rm(folder, { recursive: true });
      return simulation.mutations();
    },
  };
}
