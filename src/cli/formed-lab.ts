import { join, resolve } from "node:path";
import { silent } from "../events.ts";
import { labFiles, readSpec } from "../lab/cluster/spec.ts";

/** Asks a lab what `verify` asks a real cluster: why it has not formed yet, or an empty list. */
export const formedLab = (state: string) => async (): Promise<string[]> => {
  const { openCluster } = await import("./live-cluster.ts");
  const { observeAndJudge } = await import("../cluster/verify.ts");
  const live = await openCluster(
    {
      file: join(state, labFiles.roles),
      talosconfig: join(state, labFiles.talosconfig),
      kubeconfig: join(state, labFiles.kubeconfig),
      timeout: 10,
      ...(await tailnetOptions(state)),
    },
    silent,
  );
  try {
    const { verdict } = await observeAndJudge(live.options);
    if (verdict.formed) return [];
    const reasons = verdict.nodes.flatMap(({ name, kubernetesReady, bootCompletes, roleFunctional }) =>
      [kubernetesReady, bootCompletes, roleFunctional]
        .filter(({ answer }) => answer !== "yes")
        .flatMap((answer) => answer.reasons.map((reason) => `${name}: ${reason}`)),
    );
    const findings = verdict.cluster.filter(({ severity }) => severity === "error");
    const open = [...new Set([...reasons, ...findings.map(({ message }) => message)])];
    return open.length > 0 ? open : ["it is not formed yet"];
  } finally {
    await live.close();
  }
};

/** Where the lab's tailnet approves routes, they belong to what has to form. */
async function tailnetOptions(state: string) {
  const { tailnet } = await readSpec(state);
  if (!tailnet?.approve) return {};
  return {
    tailnetKey: { file: resolve(state, labFiles.tailnetKey) },
    tailnetUrl: `http://127.0.0.1:${tailnet.ports.control}`,
  };
}
