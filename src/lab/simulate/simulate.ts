import { stringify } from "yaml";
import { makeCertificateAuthority } from "../../formats/certificates.ts";
import { startCase } from "../node/cases.ts";
import { scaledClock } from "../node/clock.ts";
import { type AccessFaults, planSimulation } from "./plan.ts";
import { serveSimulation, type Simulation } from "./serve.ts";
import { buildRecord, rolesFile } from "./state-files.ts";

interface SimulateOptions {
  /** Where talosconfig, kubeconfig, roles.yaml, build-record.json and the tailnet's key are written. */
  state: string;
  nodes?: number;
  row?: string;
  /** How many times as fast as the wall's the nodes' clock runs. */
  speed?: number;
  net?: number;
  access?: AccessFaults;
}

const ipv6Route = "fd00:10:244::/64";
const routes = ["10.244.0.0/16", "10.96.0.0/12", "10.96.0.0/16", ipv6Route];

/** Powers on a cluster of simulated nodes that speak the Talos API on loopback addresses, each on Talos' own port. */
export async function simulate({
  state,
  nodes: count = 3,
  row = "well",
  speed = 1,
  net = 80,
  access = {},
}: SimulateOptions): Promise<Simulation> {
  const nodes = planSimulation({ nodes: count, row, net, access });
  const ca = await makeCertificateAuthority();
  const clock = scaledClock(speed);
  const members = nodes.map(({ name, address, controlPlane }) => ({ name, address, controlPlane }));
  const machines = nodes.map(({ name, address, controlPlane, state: one }) => {
    // Every node knows all members; here only control planes are asked, and a thousand times a thousand is a lot.
    const known = controlPlane ? { members, ...one.config } : one.config;
    const config = known ? { config: known } : {};
    return startCase({ ...one, ...config, controlPlane }, { name, address, clock });
  });
  return serveSimulation({
    state,
    nodes,
    machines,
    ca,
    roles: stringify(rolesFile(nodes, ["pods", "services", ...(row === "B12" ? [ipv6Route] : [])])),
    record: `${JSON.stringify(buildRecord(nodes), null, 2)}\n`,
    approved: row !== "D5",
    routes,
  });
}
