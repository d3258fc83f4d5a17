import { ownValue } from "../../formats/own-value.ts";
import { RolesError } from "../../errors.ts";
import { countDiagnostics } from "../../roles/counts.ts";
import type { ClusterNode, RolesFile } from "../../roles/model.ts";
import { type LabNetwork, labNetwork, machineLimit } from "../network/addresses.ts";

/** How many machines of each role: `compute=2,gateway=1`. */
export type NodeCounts = Record<string, number>;

export interface LabPlan {
  /** The user's roles with the lab's own nodes in place of the inventory. */
  roles: RolesFile;
  network: LabNetwork;
  /** Why the numbers of nodes are not what roles.yaml allows; made all the same because it was forced. */
  forced: string | null;
}

interface PlanOptions {
  counts?: NodeCounts | undefined;
  /** Makes machines also where a count of roles.yaml is broken. */
  force?: boolean | undefined;
}

/** Decides which machines there are and what their addresses are. Pure. Errors: USAGE, COUNT_VIOLATED, UNSUPPORTED. */
export function planLab(file: RolesFile, { counts, force = false }: PlanOptions = {}): LabPlan {
  const asked = counts ? countedNodes(file, counts) : file.nodes.length > 0 ? file.nodes : fewestNodes(file);
  if (asked.length === 0 || asked.length > machineLimit)
    throw new RolesError("USAGE", `a lab has 1 to ${machineLimit} machines, not ${asked.length}`, {
      hint: "Say how many of which role: `--nodes compute=2,gateway=1`.",
    });
  const network = labNetwork(file.cluster.network, asked.length);
  const first = asked.findIndex(({ controlPlane }) => controlPlane);
  const nodes = asked.map((node, index) => ({
    ...node,
    address: network.machines[index]?.node ?? "",
    controlPlane: node.controlPlane || (first < 0 && index === 0),
  }));
  const roles = { ...file, nodes };
  const broken = countDiagnostics(roles);
  const forced = broken.length > 0 ? broken.map(({ message }) => message).join("; ") : null;
  if (forced !== null && !force)
    throw new RolesError("COUNT_VIOLATED", forced, {
      hint: `${broken.map(({ fix }) => fix).join(" ")} With --force the lab shows what comes of it.`,
      details: broken,
    });
  return { roles, network, forced };
}

/** As few as the counts allow, and one of a role that needs none. */
const fewestNodes = (file: RolesFile): ClusterNode[] =>
  countedNodes(file, Object.fromEntries(file.roles.map(({ name, count }) => [name, Math.max(1, count.min)])));

function countedNodes(file: RolesFile, counts: NodeCounts): ClusterNode[] {
  const unknown = Object.keys(counts).filter((name) => file.roles.every((role) => role.name !== name));
  if (unknown.length > 0)
    throw new RolesError("USAGE", `${file.file} has no role ${unknown.join(", ")}`, {
      hint: `It has: ${file.roles.map(({ name }) => name).join(", ")}.`,
    });
  let number = 0;
  return file.roles.flatMap((role) =>
    Array.from({ length: ownValue(counts, role.name) ?? 0 }, (): ClusterNode => {
      number += 1;
      return {
        name: `n${number}`,
        address: "",
        role: role.name,
        arch: role.arch[0] ?? "arm64",
        controlPlane: false,
        position: role.position,
      };
    }),
  );
}
