import { RolesError } from "../../errors.ts";
import type { ClusterNetwork } from "../../roles/model.ts";
import { type Cidr, overlaps, parseCidr, tailnetRange } from "../../talos/cidr.ts";
import type { MachineNetwork } from "../vm/qemu.ts";

/** The addresses of one machine of the lab. */
export interface MachineAddresses {
  /** Of the node, on the lab's switch. */
  node: string;
  prefixLength: number;
  /** The part of the pod network that is this node's, and the address of its one pod. */
  podNetwork: string;
  pod: string;
  cards: MachineNetwork;
}

export interface LabNetwork {
  /** `10.10.0.0/24`. */
  lan: string;
  pods: string;
  services: string;
  /** Address of the service that stands before the pods of the compute nodes. */
  service: string;
  machines: MachineAddresses[];
}

/** For the nodes; the first that keeps out of the way of the cluster's own networks. QEMU's own network is 10.0.2.0/24. */
const lans = ["10.10.0.0/24", "172.20.0.0/24", "192.168.130.0/24"];
const firstNode = 101n;
const podInNetwork = 2n;
const serviceInNetwork = 80n;
const podBits = 24;
/** Machines of one lab: bounded by what their part of the pod network leaves room for, and by what a computer can bear. */
export const machineLimit = 32;

/** Gives addresses to `count` machines of a cluster. Pure. Errors: UNSUPPORTED where the cluster's networks leave no room, or are no IPv4. */
export function labNetwork({ pods, services, join }: ClusterNetwork, count: number): LabNetwork {
  const [podCidr, serviceCidr] = [firstIpv4(pods, "pods"), firstIpv4(services, "services")];
  if (podCidr.bits > podBits - 5)
    throw new RolesError(
      "UNSUPPORTED",
      `the pod network ${text(podCidr)} has no room for a /${podBits} for each machine`,
      {
        hint: "Give the lab's cluster a larger one under `cluster.network.pods`, such as 10.244.0.0/16.",
      },
    );
  const taken = [
    podCidr,
    serviceCidr,
    ...(join === undefined ? [] : [parseCidr(join)]),
    parseCidr(tailnetRange),
  ];
  const lan = lans
    .flatMap((one) => parseCidr(one) ?? [])
    .find((one) => taken.every((other) => other === undefined || !overlaps(one, other)));
  if (!lan)
    throw new RolesError(
      "UNSUPPORTED",
      `the cluster's networks leave none of ${lans.join(", ")} for the lab's nodes`,
    );
  return {
    lan: text(lan),
    pods: text(podCidr),
    services: text(serviceCidr),
    service: address(serviceCidr.first + serviceInNetwork),
    machines: Array.from({ length: count }, (_, index) => machineAddresses(index, lan, podCidr)),
  };
}

function machineAddresses(index: number, lan: Cidr, pods: Cidr): MachineAddresses {
  const network = pods.first + (BigInt(index + 1) << BigInt(32 - podBits));
  return {
    node: address(lan.first + firstNode + BigInt(index)),
    prefixLength: lan.bits,
    podNetwork: `${address(network)}/${podBits}`,
    pod: address(network + podInNetwork),
    cards: { uplink: mac(0, index), lan: mac(1, index) },
  };
}

/** Of the range that QEMU's cards have. */
const mac = (card: number, index: number): string =>
  ["52", "54", "00", "74", hex(card), hex(index + 1)].join(":");
const hex = (number: number): string => number.toString(16).padStart(2, "0");

const address = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
const text = ({ first, bits }: Cidr): string => `${address(first)}/${bits}`;

function firstIpv4(networks: readonly string[], what: string): Cidr {
  const found = networks.map(parseCidr).find((one) => one?.family === 4);
  if (found) return found;
  throw new RolesError(
    "UNSUPPORTED",
    `the lab needs an IPv4 network for ${what}; roles.yaml has ${networks.join(", ")}`,
    {
      hint: `Add one under \`cluster.network.${what}\`.`,
    },
  );
}
