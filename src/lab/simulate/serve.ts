import { randomBytes } from "node:crypto";
import { RolesError } from "../../errors.ts";
import type { CertificateAuthority } from "../../formats/certificates.ts";
import { startTalosServer, type TalosHandlers, type TalosServer } from "../../talos/api/server.ts";
import { nodeHandlers } from "../node/api.ts";
import { tailnetAddress } from "../node/case-parts.ts";
import type { TalosNodeMachine } from "../node/node.ts";
import { startKubernetesApi } from "./kubernetes-api.ts";
import type { PlannedNode } from "./plan.ts";
import { type StateTexts, writeStateFiles } from "./state-files.ts";
import { startTailnetApi } from "./tailnet-api.ts";

const talosPort = 50_000;

export interface Simulation {
  nodes: PlannedNode[];
  machines: TalosNodeMachine[];
  /** Calls that would have changed a node, and were refused; and those that changed something in Kubernetes or the tailnet. */
  mutations(): string[];
  close(): Promise<void>;
}

interface ServeOptions extends StateTexts {
  state: string;
  nodes: PlannedNode[];
  machines: TalosNodeMachine[];
  ca: CertificateAuthority;
  /** Whether the tailnet has approved the gateway's routes. */
  approved: boolean;
  /** What the gateway advertises. */
  routes: readonly string[];
}

/**
 * Serves machines that are powered on: Talos' API for each, stand-ins for Kubernetes and the tailnet, and the files that clients need. Where
 * one of these cannot be had nothing goes on running. Errors: LAB_RUNNING, NO_SPACE, NOT_WRITABLE.
 */
export async function serveSimulation(options: ServeOptions): Promise<Simulation> {
  const { machines } = options;
  const closers: (() => unknown)[] = machines.map((machine) => () => machine.stop());
  const close = async (): Promise<void> => {
    await Promise.all(closers.splice(0).map((one) => one()));
  };
  try {
    return await served(options, { closers, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function served(
  options: ServeOptions,
  { closers, close }: { closers: (() => unknown)[]; close: () => Promise<void> },
): Promise<Simulation> {
  const { state, nodes, machines, ca, roles, record } = options;
  const servers = await serveAll({ nodes, machines, ca }, (server) => closers.push(() => server.close()));
  const kubernetes = await startKubernetesApi(ca, () => machines);
  closers.push(kubernetes.close);
  const key = `tskey-api-${randomBytes(8).toString("hex")}`;
  const tailnet = await startTailnetApi(key, () => gatewayDevices(options));
  closers.push(tailnet.close);
  const urls = { kubernetes: kubernetes.url, tailnet: { url: tailnet.url, key } };
  await writeStateFiles(state, { nodes, ca, roles, record, ...urls });
  return {
    nodes,
    machines,
    mutations: () => [
      ...servers.flatMap((server) => server.mutations),
      ...kubernetes.mutations,
      ...tailnet.mutations,
    ],
    close,
  };
}

/** Devices whose tunnel is up. */
const gatewayDevices = ({ machines, routes, approved }: ServeOptions) =>
  machines
    .filter((machine) => machine.boot()?.states.state("ext-tailscale") === "Running")
    .map(({ options }) => ({
      name: options.name,
      address: tailnetAddress,
      advertised: [...routes],
      approved: approved ? [...routes] : [],
    }));

interface Serving {
  nodes: readonly PlannedNode[];
  machines: TalosNodeMachine[];
  ca: CertificateAuthority;
}

/** One certificate per node, as on a real cluster; each node answers for itself, control planes forward. Whatever it started is told of first. */
async function serveAll(
  { nodes, machines, ca }: Serving,
  started: (server: TalosServer) => void,
): Promise<TalosServer[]> {
  const reachable = machines.filter((_, index) => nodes[index]?.state.access === undefined);
  const servers = machines.map(async (machine, index) => {
    const access = nodes[index]?.state.access;
    if (access === "refuses") return [];
    const handlers = nodeHandlers(machine, () => reachable);
    const { address } = machine.options;
    const past = access === "expired" ? { expires: new Date(Date.now() - 24 * 3600 * 1000) } : {};
    const server = await startTalosServer({
      handlers: access === "hangs" ? hanging(handlers) : handlers,
      identity: await ca.server({ names: [address], ...past }),
      ca: ca.certificate,
      host: address,
      port: talosPort,
    }).catch((cause: unknown) => {
      throw new RolesError("LAB_RUNNING", `${address}:${talosPort} cannot be had for a simulated node`, {
        hint: "Another `lab simulate` may run: --net gives these nodes other addresses.",
        cause,
      });
    });
    started(server);
    return [server];
  });
  // All of them, so that whoever clears up after one that failed knows of every other.
  await Promise.allSettled(servers);
  return (await Promise.all(servers)).flat();
}

/** A node that tells its version and then, in the middle of every list, says nothing more. */
const hanging = (handlers: TalosHandlers): TalosHandlers => ({
  ...handlers,
  async *list(request, call) {
    for await (const message of handlers.list(request, call)) {
      yield message;
      break;
    }
    await new Promise((resolve) => call.signal.addEventListener("abort", resolve, { once: true }));
  },
});
