import type { Contract } from "../../talos/contract.ts";
import type { Observation, Part } from "../observation.ts";

/** A line from the node that shows the cause, and where it was read. */
export interface Evidence {
  source: string;
  text: string;
}

/** Why a node is not what its role asks for. `row` is the row of the failure taxonomy. */
export interface Cause {
  row: string;
  /** Rows that show the same on this node: with `row` the set that cannot be told apart from here. */
  orElse?: string[];
  /** The service that has the trouble, where it is one: a wait for it then needs no cause of its own. */
  service?: string;
  /** The service that is waited for. */
  waitsFor?: string;
  /** In a few words, for a table. */
  title: string;
  /** From the root to what is seen: missing document → service waiting → boot waiting → reboot. */
  chain: string[];
  evidence: Evidence[];
  /** True when Talos' boot cannot complete while this lasts. */
  blocksBoot: boolean;
  /** True when the Kubernetes node cannot become ready while this lasts. */
  blocksKubernetes: boolean;
  /** A machine config patch (YAML) that mends it, or undefined where none does. */
  patch?: string;
  /** What to do where no patch mends it. */
  advice?: string;
}

/** What a node is expected to be. */
export interface Expected {
  role: string;
  /** Why it is not certain that the node has this role. */
  unclear?: string;
  /** Names the image of the role holds; versions where a record or lock tells them. */
  extensions: { name: string; version?: string }[];
  /** Image Factory's id, where the lock has one and the image was made there. */
  schematic?: string;
  contract: Contract;
  talosVersion: string;
  /** Documents that roles.yaml gives the role's services, by service. */
  documents?: Record<string, string>;
  /** Labels that roles.yaml gives the role's nodes. */
  labels: Record<string, string>;
  /** What the role routes for a tailnet; undefined for a role that is no subnet router. */
  router?: { routes: string[]; kernel: boolean };
  pods: string[];
  services: string[];
  /** Handlers of container runtimes that the role brings: `spin`. */
  handlers: string[];
}

/** One boot of a node, as it was seen now or in an earlier run. */
export interface SeenBoot {
  bootId: string;
  /** When it began by the node's clock, milliseconds since the epoch; 0 where the node does not say. */
  started: number;
  talos: string;
  /** Versions by name. */
  extensions: Record<string, string>;
}

/** How the node's device stands in its tailnet. */
export interface TailnetDevice {
  name: string;
  addresses: string[];
  authorized: boolean;
  online: boolean | null;
  advertised: string[];
  approved: string[];
}

/** A DaemonSet of the cluster's pod network, seen from one node. */
export interface NodeNetwork {
  /** `namespace/name`. */
  name: string;
  desired: number;
  ready: number;
  /** `ready`, `absent`, or what is wrong with its pod here. */
  here: string;
}

/** Everything a cause is looked for in. */
export interface Case {
  observation: Observation;
  /** The same node's boots so far, oldest first, the one that is observed last. */
  boots: SeenBoot[];
  expected: Expected;
  /** This node's device: null where the tailnet has none; a part that is not known where the tailnet was not asked. */
  device: Part<TailnetDevice | null>;
  /** Handlers for which the cluster has a RuntimeClass. */
  runtimeClasses: Part<string[]>;
  /** What the Kubernetes API says of a node that is not ready. */
  kubernetesMessage?: string;
  /** What gives the cluster's pods their network, as this node has it; absent where Kubernetes was not asked. */
  podNetwork?: NodeNetwork[];
}

/** One row of the taxonomy: looks at a case and says every cause of its kind that it finds. */
export type Row = (one: Case) => Cause[];
