import type { ClusterNode, Role, RolesFile, SecretReference } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import type { MachinePatch, SecretUse } from "./model.ts";
import { documentsText } from "./yaml.ts";

export interface PatchHead {
  file: RolesFile;
  role: Role;
  node: ClusterNode | undefined;
  arch: Arch | undefined;
  controlPlane: boolean;
  secrets: readonly SecretUse[];
  forced: string | undefined;
}

/** How a secret is called in roles.yaml. */
const secretName = (secret: SecretReference): string =>
  "env" in secret ? `env ${secret.env}` : `file ${secret.file}`;

const orders = {
  patch: "",
  clear:
    "Only after the patch of the same name, in one command with it: takes out the lists that it would double where the config has them already.",
  again:
    "Only after the patch of the same name, in one command with it: puts in once what it may have doubled.",
} as const;

/** A patch as a file: whom it is for and what it does to what is there, then its documents. */
export function patchText(patch: MachinePatch, head: PatchHead): string {
  const comments = [whom(head), orders[patch.name], ...notes(patch, head)].filter((line) => line !== "");
  return `${comments.map((line) => `# ${line}\n`).join("")}${documentsText(patch.documents)}`;
}

function whom({ file, role, node, arch, controlPlane }: PatchHead): string {
  // The installer in it is of one architecture.
  const machines = node || role.arch.length < 2 ? "" : ` (${arch})`;
  const kind = controlPlane ? "control plane" : node ? "worker" : "any node";
  const subject = node ? `node ${node.name} (${node.address}, ${kind})` : kind;
  return `Role ${role.name}${machines}, ${subject}, Talos ${file.cluster.talos}. Made by talos-roles from ${file.file}.`;
}

function notes({ documents }: MachinePatch, { secrets, forced }: PatchHead): string[] {
  const held = JSON.stringify(documents);
  const own = secrets.filter(({ service }) => held.includes(`"name":${JSON.stringify(service)}`));
  return [
    forced === undefined ? "" : `Forced, with --force: one subnet router too many. ${forced}.`,
    held.includes('"kernel":{"$patch"')
      ? "Its kernel modules take the place of those in the config: list more of them in roles.yaml."
      : "",
    own.length === 0
      ? ""
      : `Talos refuses this file until its secrets are in it (--with-secrets): ${own.map(({ use, secret }) => `${use} from ${secretName(secret)}`).join(", ")}.`,
  ];
}
