import type { Diagnostic } from "../roles/diagnostic.ts";
import type { ClusterNode } from "../roles/model.ts";
import type { MachineStage } from "../talos/api/enums.ts";
import type { SeenBoot } from "./causes/cause.ts";
import type { Observation, ObservedExtension } from "./observation.ts";
import type { Verdict } from "./verdict.ts";

/** A node to look at. Where Kubernetes was asked for the nodes, the role is the one whose extensions the node has. */
export type NodeToVerify = Pick<ClusterNode, "name" | "address" | "role">;

/** One node as it was found: what was declared, what was read. */
export interface ObservedNode {
  node: NodeToVerify;
  observation: Observation;
  /** Boots of this node seen so far, oldest first; the last is the one that was observed. */
  boots: SeenBoot[];
  /** The roles it may hold, where nobody declared one and neither image nor labels tell; absent where not even that is known. */
  mayBe?: readonly string[];
}

/** A service that came into a state. */
export interface Happening {
  /** Milliseconds since the epoch, by the node's clock. */
  at: number;
  service: string;
  state: string;
  text: string;
}

export interface NodeVerdict extends Verdict {
  name: string;
  address: string;
  /** `unknown` where nobody declared one and what is seen of the node does not tell. */
  role: string;
  extensions: Pick<ObservedExtension, "name" | "version">[];
  /** `unknown` where the node could not be asked. */
  stage: MachineStage;
  talosVersion: string | null;
  /** Whole minutes until Talos fails this boot; null where the node is not booting. */
  minutesLeft: number | null;
  /** Seconds in which its boot has to complete: Talos' 4200, or less in a lab that shortens it. */
  bootLimitSeconds: number;
  /** What the node's services wait for now, in Talos' own words. */
  waitingFor: string[];
  /** How many boots of this node were seen, here and in earlier runs. */
  bootsSeen: number;
  /** When it was looked at, by the node's own clock, milliseconds since the epoch. */
  observedAt: number;
  /** What happened since the boot began, oldest first. */
  timeline: Happening[];
}

/** The result of `talos-roles verify`. */
export interface ClusterVerdict {
  /** No answer is no, and every boot completed. */
  formed: boolean;
  nodes: NodeVerdict[];
  /** What is wrong with the cluster as a whole: counts, versions that differ; `info` for what is only not known. */
  cluster: Diagnostic[];
}
