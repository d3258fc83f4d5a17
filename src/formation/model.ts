import type { ThreeAnswers } from "../roles/answer.ts";
import type { Diagnostic } from "../roles/diagnostic.ts";
import type { NodeConfig } from "../roles/import/repository.ts";
import type { Position, Role, RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import type { ExtensionFault } from "../talos/extension-fault.ts";

/** What a machine is, where somebody said so: it decides waits that no config can tell. */
export const platforms = ["metal", "kvm", "hyperv", "vmware", "xen", "container"] as const;
export type Platform = (typeof platforms)[number];

export interface ImageExtension {
  /** Name in the extension's manifest, or as it was given. */
  name: string;
  /** `9.3.3-v1.13.9`, where it is known. */
  version?: string;
  /** Undefined where nothing is known about it. */
  contract?: Contract;
}

/** What is known about the image that a node runs. */
export interface ImageFacts {
  /** Undefined: cannot tell. */
  extensions: ImageExtension[] | undefined;
  /** How the list was found, or why it was not: said aloud with every prediction. */
  source: string;
  /** Names that only a tag hints at: a question, never a fact. */
  hints?: string[];
  /** Where the contracts come from: the lock, a registry, the image itself, or the built-in table. */
  contractSource?: "lock" | "registry" | "image" | "table";
  talos?: string;
  arch?: Arch;
  /** Kernel that modules must be built for. */
  kernelRelease?: string;
  faults: ExtensionFault[];
  /** A schematic file says something else than the id in use. */
  drift?: { file: string; at: Position; message: string };
}

/** What nodes that are judged alike have in common: a node of its own, or all nodes of a role. */
export interface Profile {
  /** The file it stands in, and where. */
  at: Position;
  role?: Role;
  controlPlane: boolean | undefined;
  arch?: Arch;
  /** Talos version that it will run. */
  talos?: string;
  platform?: Platform;
  /** Rendered from roles.yaml: places in it are of no file, and a fix belongs into roles.yaml. */
  rendered?: boolean;
  config: NodeConfig;
  image: ImageFacts;
}

export interface NodeInput {
  /** Null for a role that no node of the inventory has. */
  name: string | null;
  address?: string;
  at?: Position;
  profile: Profile;
}

export interface FormationInput {
  roles?: RolesFile;
  nodes: readonly NodeInput[];
}

export interface Prediction extends ThreeAnswers {
  node: string | null;
  role: string | null;
  /** What the prediction stands on: where the extension list and the contracts come from. */
  basis: string;
}

export interface SilencedRule {
  rule: string;
  reason: string;
  /** How many findings it kept back, and which. */
  findings: number;
  diagnostics: Diagnostic[];
}

export interface Formation {
  diagnostics: Diagnostic[];
  predictions: Prediction[];
  silenced: SilencedRule[];
}
