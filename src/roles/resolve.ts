import type { Arch } from "../talos/arch.ts";
import { defaults } from "./defaults.ts";
import { defined, inherit } from "./inherit.ts";
import type { ClusterNode, RolesFile, SignaturePolicy } from "./model.ts";
import { nodeProblems } from "./nodes.ts";
import type { PathProblem } from "./problems.ts";
import { type RoleContext, resolveRole } from "./role.ts";
import type { RolesInput } from "./schema.ts";
import type { YamlSource } from "./yaml-source.ts";

export interface Resolution {
  roles: RolesFile;
  /** When there are any, `roles` must not be used. */
  problems: PathProblem[];
}

/** The Talos version that a CozyStack release pins; undefined where it is not known. */
export type TalosOfCozystack = (version: string) => string | undefined;

const asList = <T>(value: T | T[] | undefined, fallback: readonly T[]): T[] => [
  ...new Set(value === undefined ? fallback : Array.isArray(value) ? value : [value]),
];

interface ResolveInput {
  input: RolesInput;
  file: string;
  locate: YamlSource["locate"];
  talosOfCozystack: TalosOfCozystack;
  /** What else than writing the version down tells which Talos is pinned, as the end of a sentence. */
  otherWay: string;
}

/** Inheritance, defaults and the cross-checks that a schema cannot express. Pure. */
export function resolve({ input, file, locate, ...pins }: ResolveInput): Resolution {
  const { cluster, problems } = resolveCluster(input, pins);
  const context: RoleContext = { input: input.roles, cluster, locate, problems };
  const merged = inherit(input.roles);
  problems.push(...merged.problems);
  const roles = [...merged.roles].map(([name, role]) => resolveRole(name, role, context));
  const archOf = new Map(roles.map(({ name, arch }) => [name, arch[0]]));
  const nodes = (input.nodes ?? []).map(
    ({ name, address, role, arch, controlPlane, mac, serial, uuid }, index): ClusterNode => ({
      name,
      address,
      role,
      arch: arch ?? archOf.get(role) ?? firstOf(cluster.arch),
      controlPlane: controlPlane ?? defaults.node.controlPlane,
      ...defined({ mac, serial, uuid }),
      position: locate(["nodes", index]),
    }),
  );
  problems.push(...nodeProblems(nodes, roles));
  return {
    problems,
    roles: {
      file,
      cluster,
      images: resolveImages(input.images),
      signatures: (input.signatures ?? []).map((policy, index) =>
        signature(policy, locate(["signatures", index])),
      ),
      roles,
      nodes,
      silenced: (input.silenced ?? []).map((entry, index) => ({
        ...entry,
        position: locate(["silenced", index]),
      })),
    },
  };
}

const firstOf = (arch: readonly Arch[]): Arch => arch[0] ?? defaults.cluster.arch[0];

function resolveCluster(
  input: RolesInput,
  { talosOfCozystack, otherWay }: Pick<ResolveInput, "talosOfCozystack" | "otherWay">,
) {
  const { name, talos, cozystack, arch, network, registries } = input.cluster ?? {};
  const problems: PathProblem[] = [];
  const pinned = cozystack === undefined ? undefined : talosOfCozystack(cozystack);
  if (cozystack !== undefined && talos === undefined && pinned === undefined) {
    problems.push({
      path: ["cluster", "cozystack"],
      message: `it is not known which Talos CozyStack ${cozystack} pins; write \`talos: vX.Y.Z\` beside it${otherWay}`,
    });
  }
  const own = defaults.cluster;
  const cluster: RolesFile["cluster"] = {
    name: name ?? own.name,
    talos: talos ?? pinned ?? own.talos,
    ...defined({ cozystack }),
    arch: asList(arch, own.arch),
    network: {
      pods: asList(network?.pods, own.network.pods),
      services: asList(network?.services, own.network.services),
      ...defined({ join: network?.join }),
    },
    registries: registries ?? own.registries,
  };
  return { cluster, problems };
}

function resolveImages(images: RolesInput["images"]): RolesFile["images"] {
  const own = defaults.images;
  const { diskSize } = images ?? {};
  return {
    registry: images?.registry ?? own.registry,
    outputs: asList(images?.outputs, own.outputs),
    schematicExtension: images?.schematicExtension ?? own.schematicExtension,
    sectorSize: images?.sectorSize ?? own.sectorSize,
    ...defined({
      diskCompression: images?.diskCompression,
      diskSize: diskSize === undefined ? undefined : bytesOf(diskSize),
    }),
  };
}

const bytesOf = (size: string): number =>
  Number.parseInt(size, 10) * (size.endsWith("GiB") ? 2 ** 30 : 2 ** 20);

function signature(
  policy: NonNullable<RolesInput["signatures"]>[number],
  position: SignaturePolicy["position"],
): SignaturePolicy {
  if ("publicKey" in policy) return { ...policy, position };
  const { identity, issuer, images, trustedRoot } = policy;
  const pattern = /^\/(.*)\/$/.exec(identity)?.[1];
  return {
    images,
    issuer,
    identity: pattern ?? identity,
    identityIsPattern: pattern !== undefined,
    ...defined({ trustedRoot }),
    position,
  };
}
