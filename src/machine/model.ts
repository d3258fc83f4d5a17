import type { ClusterNode, Role, RolesFile, SecretReference, ServiceSetting } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import type { ModuleToLoad } from "./modules.ts";

/** For whom patches are made: a node of the inventory, or any node of a role. */
export interface MachineRequest {
  file: RolesFile;
  role: Role;
  node?: ClusterNode;
  /** Of the nodes that are meant where there is no `node`; default the first of the role's. */
  arch?: Arch | undefined;
  /** Only asked where there is no `node`. */
  controlPlane?: boolean;
  /** Sum of the contracts of the role's extensions: `roleContract`. */
  contract: Contract;
  /** Default: what the Talos version reads best, documents from 1.14 on. */
  asDocuments?: boolean;
  /** Lists are only added to: nothing of the config that is patched is taken out, and patching twice doubles what is in them. */
  append?: boolean;
  /** Value of a secret. Without it a secret stays a name, which Talos refuses. */
  secretOf?: (secret: SecretReference) => string;
}

/** What a node needs, before it is written in one form or the other. */
export interface NodeSettings {
  installImage: string;
  modules: ModuleToLoad[];
  /** By service name. */
  services: Record<string, ServiceSetting>;
  labels: Record<string, string>;
  sysctls: Record<string, string>;
  /** Registry host → endpoints in order. */
  registries: Record<string, string[]>;
  validSubnets: string[];
  etcdSubnets: string[];
  manifests: Manifest[];
}

/** One file for `--patch`: config documents, merged in order. */
export interface MachinePatch {
  /**
   * `patch` fits any config. The others come after it where a config may have its lists already: `clear` takes out what the rules of
   * merging would double, `again` puts it in once.
   */
  name: "patch" | "clear" | "again";
  documents: object[];
}

/** A Kubernetes object that the role needs, once in the cluster. */
export interface Manifest {
  name: string;
  object: object;
}

/** A secret and who uses it. */
export interface SecretUse {
  service: string;
  /** The variable, or the path of the file, that holds it. */
  use: string;
  secret: SecretReference;
}

export interface MachinePatches {
  /** To be applied in this order. */
  patches: MachinePatch[];
  /** Manifests that no patch carries. */
  manifests: Manifest[];
  /** Secrets that stand as names. */
  secrets: SecretUse[];
  /** Services that wait for a document about which roles.yaml says nothing. */
  unanswered: { service: string; extension: string }[];
}
