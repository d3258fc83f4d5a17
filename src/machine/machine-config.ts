import type { Lock } from "../catalog/lock-model.ts";
import type { RolesFile, SecretReference } from "../roles/model.ts";
import type { Manifest, SecretUse } from "./model.ts";
import { patchText, type PatchHead } from "./patch-text.ts";
import { machinePatches } from "./patches.ts";
import { roleContract } from "./role-contract.ts";
import type { ConfigTarget } from "./targets.ts";

export interface ConfigOptions {
  lock?: Lock | undefined;
  /** Only asked of roles: whether their nodes are control planes. */
  controlPlane?: boolean;
  asDocuments?: boolean;
  append?: boolean;
  secretOf?: (secret: SecretReference) => string;
}

/** The config of one node or role, ready to be written. */
export interface MachineConfig {
  /** Of the node, else of the role. */
  name: string;
  node: string | null;
  role: string;
  controlPlane: boolean;
  talos: string;
  /** Whether the role's contract was read from the lock or from the table of official extensions. */
  contractSource: "lock" | "registry" | "table";
  /** Extensions of which nothing is known: what they need is not in the patches. */
  unknownExtensions: string[];
  /** In the order in which they are applied. `file` is the name they are written by. */
  patches: { name: string; file: string; documents: object[]; text: string }[];
  manifests: Manifest[];
  secrets: SecretUse[];
  /** Services that wait for a document about which roles.yaml says nothing: the node would wait for ever. */
  unanswered: { service: string; extension: string }[];
  /** Why this is one subnet router too many; written because it was forced. */
  forced: string | null;
}

/** Errors: REFERENCE_INVALID, and those of `secretOf`. */
export async function machineConfig(
  file: RolesFile,
  { role, node, arch = node?.arch, surplus }: ConfigTarget,
  { lock, controlPlane = false, ...options }: ConfigOptions = {},
): Promise<MachineConfig> {
  const { contract, source, unknown } = await roleContract(file, role, { lock, arch });
  const request = { file, role, arch, contract, controlPlane, ...options, ...(node ? { node } : {}) };
  const { patches, ...made } = machinePatches(request);
  const name = node?.name ?? role.name;
  const isControlPlane = node?.controlPlane ?? controlPlane;
  const head: PatchHead = {
    file,
    role,
    node,
    arch,
    controlPlane: isControlPlane,
    secrets: made.secrets,
    forced: surplus,
  };
  return {
    name,
    node: node?.name ?? null,
    role: role.name,
    controlPlane: isControlPlane,
    talos: file.cluster.talos,
    contractSource: source,
    unknownExtensions: unknown,
    patches: patches.map((patch) => ({
      name: patch.name,
      file: patch.name === "patch" ? `${name}.yaml` : `${name}.${patch.name}.yaml`,
      documents: patch.documents,
      text: patchText(patch, head),
    })),
    ...made,
    forced: surplus ?? null,
  };
}
