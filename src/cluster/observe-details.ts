import type { TalosNode } from "../talos/api/client.ts";
import { hasCrashed } from "./causes/crashes.ts";
import { type Observation, unknown, valueOr } from "./observation.ts";
import { millis } from "./observe-role.ts";
import { present, readSurroundings, readTunnel } from "./observe-machine.ts";
import { all, one, resourceTypes as types, text } from "./resources.ts";

type Details = Pick<
  Observation,
  | "network"
  | "timeSynced"
  | "tunnelUp"
  | "clock"
  | "probes"
  | "volumes"
  | "addresses"
  | "tunnelRoutes"
  | "nodeIps"
  | "ipv6Forwarding"
  | "log"
>;

const notAsked = unknown("it did not matter here");

/** Details as they are before anybody asked. */
export const unasked: Details = {
  network: notAsked,
  timeSynced: notAsked,
  tunnelUp: notAsked,
  probes: notAsked,
  volumes: notAsked,
  addresses: notAsked,
  tunnelRoutes: notAsked,
  nodeIps: notAsked,
  clock: notAsked,
  ipv6Forwarding: notAsked,
  log: [],
};

/** Asks for what the first look makes matter: a node that is well costs nothing more. */
export async function observeDetails(
  node: TalosNode,
  first: Observation,
  services: readonly string[],
): Promise<Partial<Details>> {
  const parts = await Promise.all([
    isWell(first) ? {} : surroundingsOf(node),
    down(first) ? volumesOf(node) : {},
    booting(first) || crashed(first) ? clockOf(node) : {},
    mayTunnel(first, services) ? tunnelOf(node) : {},
    logsOf(node, logsFor(first, services)),
  ]);
  return Object.assign({}, ...parts) as Partial<Details>;
}

/**
 * A machine that is up, ready and has all its services running lacks neither network nor time: Talos would not call it ready. One that
 * did not even say that much is not asked for more.
 */
function isWell({ machine, kubernetes, services }: Observation): boolean {
  if (!machine.known && !services.known) return true;
  return (
    machine.known &&
    machine.value.stage === "running" &&
    machine.value.ready &&
    valueOr(kubernetes, { ready: false }).ready &&
    valueOr(services, []).every(({ state }) => state === "Running" || state === "Finished")
  );
}

const stateOf = ({ services }: Observation, id: string): string | undefined =>
  valueOr(services, []).find((one) => one.id === id)?.state;

/** A node without a running kubelet: what it stands on may be missing. */
const down = (first: Observation): boolean => first.services.known && stateOf(first, "kubelet") !== "Running";

const tailscale = "ext-tailscale";
const mayTunnel = (first: Observation, services: readonly string[]): boolean =>
  services.includes(tailscale) ||
  stateOf(first, tailscale) !== undefined ||
  valueOr(first.extensions, []).some(({ name }) => name === "tailscale");

const booting = ({ machine }: Observation): boolean => valueOr(machine, { stage: "" }).stage === "booting";

/** How long ago a service crashed is told by the node's clock. */
const crashed = ({ services }: Observation): boolean => valueOr(services, []).some(hasCrashed);

/** Talos measures itself every 30 seconds, and the resource says when by the node's own clock. */
const clockOf = async (node: TalosNode): Promise<Partial<Details>> => ({
  clock: present(
    await one(node, types.memory, (_spec, { updated }) => millis(updated), undefined),
    "it publishes no measurements",
  ),
});

async function surroundingsOf(node: TalosNode): Promise<Partial<Details>> {
  const found = await readSurroundings(node);
  const offline = !valueOr(found.network, { connectivity: true }).connectivity;
  return { ...found, ...(offline ? await probesOf(node) : {}) };
}

const probesOf = async (node: TalosNode): Promise<Partial<Details>> => ({
  probes: await all(node, types.probes, (id, spec) => ({
    name: id,
    success: spec["success"] === true,
    error: text(spec["lastError"]),
  })),
});

const volumesOf = async (node: TalosNode): Promise<Partial<Details>> => ({
  volumes: await all(node, types.volumes, (id, spec) => ({
    name: id,
    phase: text(spec["phase"]),
    error: text(spec["errorMessage"]),
  })),
});

async function tunnelOf(node: TalosNode): Promise<Partial<Details>> {
  const [tunnelUp, addresses, routes, nodeIps, forwarding] = await Promise.all([
    readTunnel(node),
    all(node, types.addresses, (_id, spec) => ({
      link: text(spec["linkName"]),
      address: text(spec["address"]).replace(/\/.*/, ""),
    })),
    all(node, types.routes, (_id, spec) => ({
      link: text(spec["outLinkName"]),
      destination: text(spec["dst"]),
    })),
    one(node, types.nodeIps, (spec) => ((spec["addresses"] ?? []) as unknown[]).map(text), []),
    one(node, types.ipv6Forwarding, (spec) => text(spec["current"]) === "1", undefined),
  ]);
  const tunnelRoutes = routes.known
    ? {
        known: true as const,
        value: routes.value
          .filter(({ link }) => link.startsWith("tailscale"))
          .map(({ destination }) => destination),
      }
    : routes;
  return {
    tunnelUp,
    addresses,
    tunnelRoutes,
    nodeIps,
    ipv6Forwarding: present(forwarding, "it publishes no kernel parameters"),
  };
}

type LogId = "controller-runtime" | "machined" | "dmesg";

/** Which logs can tell more than the resources do: the controllers' for modules, service files and the CRI, machined's for a stuck boot. */
function logsFor(first: Observation, services: readonly string[]): LogId[] {
  if (!first.services.known) return [];
  const present = new Set(first.services.value.map(({ id }) => id));
  const live = new Set(valueOr(first.modules, []).map(({ name }) => name));
  const unloaded =
    first.modules.known &&
    valueOr(first.wantedModules, []).some(({ name }) => !live.has(name.replaceAll("-", "_")));
  const skipped = services.some((id) => !present.has(id));
  const stuck = valueOr(first.machine, { stage: "running" }).stage !== "running";
  const noCri = stateOf(first, "cri") !== "Running";
  return [
    ...(unloaded || skipped || noCri ? (["controller-runtime"] as const) : []),
    ...(stuck ? (["machined"] as const) : []),
    ...(unloaded ? (["dmesg"] as const) : []),
  ];
}

const tailLines = 200;

async function logsOf(node: TalosNode, ids: readonly LogId[]): Promise<Pick<Details, "log">> {
  const logs = await Promise.all(ids.map((id) => readLog(node, id)));
  return { log: logs.flat() };
}

async function readLog(node: TalosNode, id: LogId): Promise<Details["log"]> {
  const parts: Uint8Array[] = [];
  const stream = id === "dmesg" ? node.dmesg() : node.logs({ namespace: "system", id, tailLines });
  try {
    for await (const { bytes } of stream) parts.push(bytes);
  } catch {
    // A log that cannot be read takes nothing away from what the resources say.
    return [];
  }
  return Buffer.concat(parts)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .slice(-tailLines)
    .map((text) => ({ source: id, text }));
}
