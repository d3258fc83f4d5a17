import { contractsFor } from "../catalog/contracts-for.ts";
import type { Lock } from "../catalog/lock-model.ts";
import type { Role, RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { emptyContract, sumContracts } from "../talos/contract.ts";
import type { Expected } from "./causes/cause.ts";
import { roleDocuments } from "./role-documents.ts";
import type { RecordedRole } from "./recorded.ts";

/** By role name and architecture. */
export type ExpectedRoles = Map<string, Expected>;

export const expectedKey = (role: string, arch: Arch): string => `${role}/${arch}`;

interface Sources {
  lock?: Lock | undefined;
  /** What was really built; it counts before the lock. */
  record?: readonly RecordedRole[] | undefined;
}

/** What a node of each role is expected to be: versions from the record, else from the lock; contracts from the lock, else from the table of official extensions. */
export async function expectedRoles(roles: RolesFile, sources: Sources = {}): Promise<ExpectedRoles> {
  const entries = roles.roles.flatMap((role) =>
    role.arch.map(async (arch): Promise<[string, Expected]> => [
      expectedKey(role.name, arch),
      await expectedRole(roles, { role, arch, ...sources }),
    ]),
  );
  return new Map(await Promise.all(entries));
}

async function expectedRole(
  roles: RolesFile,
  { role, arch, lock, record }: Sources & { role: Role; arch: Arch },
): Promise<Expected> {
  const locked = lock?.roles[role.name]?.[arch];
  const pins = lock?.architectures[arch]?.extensions ?? {};
  const keys = locked?.extensions ?? role.extensions;
  const found = await contractsFor(keys, roles.cluster.talos, { arch, ...(lock ? { lock } : {}) });
  const contract = sumContracts(Object.values(found.contracts));
  const built = record?.find((one) => one.name === role.name && one.arch === arch);
  return {
    ...common(roles, role),
    extensions: built?.extensions ?? keys.map((key) => named(key, pins)),
    ...(locked?.schematic && roles.images.schematicExtension ? { schematic: locked.schematic } : {}),
    contract,
    documents: roleDocuments(role, contract),
    handlers: contract.criParts.flatMap((part) => handlers[part] ?? []),
  };
}

/** Containerd's name of the runtime in a CRI part, as its RuntimeClass has to say it. Source: the extensions' own parts. */
const handlers: Readonly<Record<string, string>> = { "10-spin.part": "spin" };

function common({ cluster }: RolesFile, role: Pick<Role, "name" | "labels" | "subnetRouter">) {
  const { subnetRouter } = role;
  return {
    role: role.name,
    talosVersion: cluster.talos,
    labels: role.labels,
    pods: cluster.network.pods,
    services: cluster.network.services,
    ...(subnetRouter
      ? { router: { routes: subnetRouter.routes, kernel: subnetRouter.mode === "kernel" } }
      : {}),
  };
}

/** Stands for a role that roles.yaml does not have: every extension of such a node is one too many. */
export const unknownRole = (roles: RolesFile, name: string): Expected => ({
  ...common(roles, { name, labels: {} }),
  extensions: [],
  contract: emptyContract(),
  handlers: [],
});

function named(
  key: string,
  pins: Record<string, { name: string; version: string }>,
): { name: string; version?: string } {
  const pin = pins[key];
  if (pin) return { name: pin.name, version: pin.version };
  // Without a lock, `ghcr.io/siderolabs/drbd:9@sha256:…` is what a node most likely calls drbd.
  const bare = key.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  return { name: bare.split("/").at(-1) ?? key };
}
