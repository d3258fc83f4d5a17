import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { lockPath } from "../../roles/names.ts";
import { readLock } from "../../catalog/lock-file.ts";
import { RolesError } from "../../errors.ts";
import { makeCertificateAuthority } from "../../formats/certificates.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { formationOfRoles } from "../../formation/from-roles.ts";
import type { NodeInput } from "../../formation/model.ts";
import { loadRoles } from "../../roles/load.ts";
import { scaledClock } from "../node/clock.ts";
import { nodeOptionsOf } from "../node/from-profile.ts";
import { startNode } from "../node/node.ts";
import { loopbackAddress, type PlannedNode } from "./plan.ts";
import { serveSimulation, type Simulation } from "./serve.ts";

interface Options {
  state: string;
  /** A roles file with an inventory. */
  file: string;
  speed?: number;
  net?: number;
}

/**
 * Powers on the inventory of a roles file: every node with the contracts of its role's extensions and with the config that
 * `talos-roles config` writes for it, at a loopback address in place of its own. Errors: those of loading, USAGE.
 */
export async function simulateRoles({ state, file, speed = 1, net = 80 }: Options): Promise<Simulation> {
  const roles = await loadRoles(file);
  const lock = await readLock(lockPath(file));
  const { nodes: inputs } = await formationOfRoles(roles, lock ? { lock } : {});
  const named = inputs.filter((one): one is NodeInput & { name: string } => one.name !== null);
  if (named.length === 0)
    throw new RolesError("USAGE", `${file} lists no nodes to simulate`, {
      hint: "Add them under `nodes:`, each with name, address and role; or leave --file out.",
    });
  const clock = scaledClock(speed);
  const nodes = named.map(({ name, profile }, index): PlannedNode => ({
    name,
    address: loopbackAddress(net, index),
    role: profile.role?.name ?? "",
    controlPlane: profile.controlPlane ?? false,
    state: {},
  }));
  const members = nodes.map(({ name, address, controlPlane }) => ({ name, address, controlPlane }));
  const machines = named.map((input, index) => {
    const options = nodeOptionsOf(input, { roles, clock });
    const { address = options.address } = nodes[index] ?? {};
    return startNode({ ...options, address, config: { ...options.config, members } });
  });
  const text = await readFile(file, "utf8");
  if (lock) await writeFileWhole(join(state, "roles.lock.json"), `${JSON.stringify(lock, null, 2)}\n`);
  return serveSimulation({
    state,
    nodes,
    machines,
    ca: await makeCertificateAuthority(),
    roles: withAddresses(text, nodes),
    approved: true,
    routes: roles.roles.flatMap(({ subnetRouter }) => subnetRouter?.routes ?? []),
  });
}

/** The roles file with the addresses at which its nodes are now. */
function withAddresses(text: string, nodes: readonly PlannedNode[]): string {
  const document = parseDocument(text);
  for (const [index, { address }] of nodes.entries()) document.setIn(["nodes", index, "address"], address);
  return document.toString();
}
