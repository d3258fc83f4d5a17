import type { NodeToVerify } from "../cluster/cluster-verdict.ts";
import type { BootMemory } from "../cluster/memory.ts";
import type { VerifyOptions } from "../cluster/verify.ts";
import type { Emit } from "../events.ts";
import { RolesError } from "../errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import type { RolesFile, SecretReference } from "../roles/model.ts";
import type { TalosContext } from "../talos/api/talosconfig.ts";

export interface LiveOptions {
  file: string;
  talosconfig?: string | undefined;
  context?: string | undefined;
  kubeconfig?: string | undefined;
  kubeContext?: string | undefined;
  record?: string | undefined;
  tailnetKey?: SecretReference | undefined;
  tailnetUrl?: string | undefined;
  timeout: number;
  /** Nodes asked at the same time. */
  atOnce?: number | undefined;
}

/** What a command about a live cluster works with. */
export interface LiveCluster {
  options: VerifyOptions & { boots: BootMemory };
  /** Where boots are remembered from run to run. */
  memory: string;
  close(): Promise<void>;
}

/**
 * Opens roles, inventory and clients. Errors: ROLES_INVALID, TALOSCONFIG_INVALID, KUBECONFIG_INVALID, USAGE; a kubeconfig that nobody named
 * may be absent.
 */
export async function openCluster(live: LiveOptions, emit: Emit): Promise<LiveCluster> {
  const { loadRoles } = await import("../roles/load.ts");
  const { talosClient } = await import("../talos/api/client.ts");
  const { memoryPath, readMemory } = await import("../cluster/memory.ts");
  const roles = await loadRoles(live.file);
  const context = await openTalosconfig(live, emit);
  const kube = await openKubernetes(live);
  const nodes = await nodesOf(roles, kube);
  const client = talosClient({ context, timeoutMs: live.timeout * 1000 });
  const memory = memoryPath(context.ca);
  return {
    options: {
      ...(await expectations(live)),
      roles,
      client,
      kube,
      tailnet: await openTailnet(live, roles),
      nodes,
      boots: await readMemory(memory),
      ...(live.atOnce === undefined ? {} : { concurrency: live.atOnce }),
    },
    memory,
    close: async () => {
      client.close();
      await kube?.close();
    },
  };
}

async function openTalosconfig(live: LiveOptions, emit: Emit): Promise<TalosContext> {
  const { expiryWarning, loadTalosconfig } = await import("../talos/api/talosconfig.ts");
  const context = await loadTalosconfig({
    ...(live.talosconfig === undefined ? {} : { path: live.talosconfig }),
    ...(live.context === undefined ? {} : { context: live.context }),
  });
  const warning = expiryWarning(context);
  if (warning !== undefined) emit({ type: "note", level: "warning", text: warning });
  return context;
}

async function openKubernetes({ kubeconfig, kubeContext }: LiveOptions): Promise<KubeClient | undefined> {
  const { loadKubeconfig } = await import("../kubernetes/kubeconfig.ts");
  const { kubeClient } = await import("../kubernetes/client.ts");
  try {
    const context = await loadKubeconfig({
      ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
      ...(kubeContext === undefined ? {} : { context: kubeContext }),
    });
    return await kubeClient({ context });
  } catch (error) {
    // One that nobody asked for need not be there, nor be in order.
    if (kubeconfig === undefined && kubeContext === undefined) return undefined;
    throw error;
  }
}

async function nodesOf(
  { file, nodes }: RolesFile,
  kube: KubeClient | undefined,
): Promise<readonly NodeToVerify[]> {
  if (nodes.length > 0) return nodes;
  if (kube) return (await import("../cluster/find-nodes.ts")).findNodes(kube);
  throw new RolesError("USAGE", `${file} lists no nodes, and there is no kubeconfig to find them by`, {
    hint: "Add them under `nodes:`, each with name, address and role; or name a kubeconfig with --kubeconfig.",
  });
}

async function expectations({ file, record }: LiveOptions): Promise<Pick<VerifyOptions, "lock" | "record">> {
  const { readLock } = await import("../catalog/lock-file.ts");
  const { lockPath } = await import("../roles/names.ts");
  const { readRecordedRoles } = await import("../cluster/recorded.ts");
  return {
    lock: await readLock(lockPath(file)),
    record: record === undefined ? undefined : await readRecordedRoles(record),
  };
}

async function openTailnet(
  { tailnetKey, tailnetUrl }: LiveOptions,
  { roles }: RolesFile,
): Promise<VerifyOptions["tailnet"]> {
  if (!tailnetKey) return undefined;
  const { tailnetOf } = await import("../cluster/tailnet.ts");
  const { readSecret } = await import("./secret-option.ts");
  return tailnetOf({
    loginServer: roles.find(({ subnetRouter }) => subnetRouter)?.subnetRouter?.loginServer,
    url: tailnetUrl,
    key: await readSecret(tailnetKey),
  });
}
