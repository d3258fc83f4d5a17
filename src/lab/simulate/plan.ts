import { ownValue } from "../../formats/own-value.ts";
import { RolesError } from "../../errors.ts";
import { type NodeCase, nodeCases } from "../node/cases.ts";
import { gatewayExtensions } from "../node/cases.ts";

/** One node of a simulated cluster before it is powered on. */
export interface PlannedNode {
  name: string;
  /** A loopback address of its own, so that every node is reached on the port Talos uses. */
  address: string;
  role: string;
  controlPlane: boolean;
  state: NodeCase;
}

const gateway: NodeCase = {
  extensions: gatewayExtensions,
  config: { serviceConfigs: [{ name: "tailscale", environment: ["TS_AUTHKEY=simulated"], configFiles: [] }] },
};

/** How many nodes cannot be asked, and how: they are the last ones before the node with the fault. */
export interface AccessFaults {
  hangs?: number;
  refuses?: number;
  expired?: number;
}

export interface PlanOptions {
  nodes: number;
  /** Row of the taxonomy that one node is in; `well` by default. */
  row?: string;
  /** The second number of every address: 127.<net>.x.y. */
  net?: number;
  access?: AccessFaults;
}

/** Rows that are about the whole cluster. */
const ofAllNodes = new Set(["E7"]);
/** Rows in which a compute node has the gateway's image. */
const surplusGateway = new Set(["A2", "A2-waiting", "E5"]);

/** A fault of tailscale or of etcd is the gateway's, which is the control plane too; any other is the last compute node's. */
const isFirstNodesFault = (row: string, fault: NodeCase): boolean =>
  fault.controlPlane === true ||
  (!surplusGateway.has(row) && (fault.extensions?.some(({ name }) => name === "tailscale") ?? false));

/** An address of its own for each of up to 62,500 nodes. */
export const loopbackAddress = (net: number, index: number): string =>
  `127.${net}.${Math.floor((index + 1) / 250)}.${((index + 1) % 250) + 1}`;

/** n1 is the gateway and the control plane, all others are compute nodes; one of them has the fault. Errors: USAGE. */
export function planSimulation({ nodes, row = "well", net = 80, access = {} }: PlanOptions): PlannedNode[] {
  const fault = ownValue(nodeCases, row);
  if (!fault) {
    throw new RolesError("USAGE", `no case "${row}"`, {
      hint: `It is one of: ${Object.keys(nodeCases).join(", ")}.`,
    });
  }
  if (!Number.isInteger(nodes) || nodes < 2 || nodes > 5000) {
    throw new RolesError("USAGE", "a simulated cluster has 2 to 5000 nodes", {
      hint: "For example --nodes 4.",
    });
  }
  const locked = accessList(access);
  const faultyAt = isFirstNodesFault(row, fault) ? 0 : nodes - 1;
  return Array.from({ length: nodes }, (_, index) => {
    const first = index === 0;
    const own = index === faultyAt || ofAllNodes.has(row) ? fault : {};
    const state = first ? asGateway(own) : own;
    // Counted from the end, before the faulty node.
    const how = locked[nodes - 2 - index];
    return {
      name: `n${index + 1}`,
      address: loopbackAddress(net, index),
      role: roleOf(row, { first, own }),
      controlPlane: first,
      state: how === undefined || first ? state : { ...state, access: how },
    };
  });
}

/** Holds what no other role has, so that a fault of a service is no fault of the image. */
export const specialRole = "special";

function roleOf(row: string, { first, own }: { first: boolean; own: NodeCase }): string {
  if (first) return "gateway";
  const usual = new Set(gatewayExtensions.map(({ name }) => name));
  // In rows A1 to A12 the image is at fault.
  const isSpecial = !row.startsWith("A") && own.extensions?.some(({ name }) => !usual.has(name));
  return isSpecial ? specialRole : "compute";
}

/** The gateway with a fault: a fault that has extensions of its own says all there is. */
const asGateway = (own: NodeCase): NodeCase =>
  own.extensions ? own : { ...gateway, ...own, config: { ...gateway.config, ...own.config } };

const accessList = ({
  hangs = 0,
  refuses = 0,
  expired = 0,
}: AccessFaults): NonNullable<NodeCase["access"]>[] => [
  ...Array<"hangs">(hangs).fill("hangs"),
  ...Array<"refuses">(refuses).fill("refuses"),
  ...Array<"expired">(expired).fill("expired"),
];
