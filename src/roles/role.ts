import { defaults } from "./defaults.ts";
import { defined, type MergedRole } from "./inherit.ts";
import type { Count, Role, RolesFile, SubnetRouter } from "./model.ts";
import type { PathProblem } from "./problems.ts";
import type { Arch } from "../talos/arch.ts";
import type { RoleInput, RolesInput } from "./schema.ts";
import type { YamlSource } from "./yaml-source.ts";

export interface RoleContext {
  input: RolesInput["roles"];
  cluster: RolesFile["cluster"];
  locate: YamlSource["locate"];
  problems: PathProblem[];
}

/** A role with nothing left to look up elsewhere. Problems are added to the context. */
export function resolveRole(
  name: string,
  role: MergedRole,
  { input, cluster, locate, problems }: RoleContext,
): Role {
  const path = ["roles", name];
  const arch = role.arch === undefined ? cluster.arch : Array.isArray(role.arch) ? role.arch : [role.arch];
  const count = countOf(role);
  problems.push(...ownProblems({ name, arch, count, own: input[name] ?? {}, cluster }));
  return {
    name,
    purpose: role.purpose ?? defaults.role.purpose,
    extensions: role.extensions,
    arch: [...new Set(arch)],
    count,
    ...defined({
      subnetRouter: role.subnetRouter ? subnetRouter(role.subnetRouter, cluster.network) : undefined,
      embeddedConfig: role.embeddedConfig,
    }),
    kernelArgs: role.kernelArgs,
    meta: role.meta ?? [],
    modules: (role.modules ?? []).map(({ name, parameters = [] }) => ({ name, parameters })),
    services: Object.fromEntries(
      Object.entries(role.services ?? {}).map(([service, { environment = {}, files = [] }]) => [
        service,
        { environment, files },
      ]),
    ),
    labels: role.labels ?? {},
    sysctls: role.sysctls ?? {},
    position: locate(path, "key"),
  };
}

interface OwnInput {
  name: string;
  arch: readonly Arch[];
  count: Count;
  /** As it stands in the file: what `like` brings is told of at the role that wrote it. */
  own: RoleInput;
  cluster: RolesFile["cluster"];
}

function ownProblems({ name, arch, count, own, cluster }: OwnInput): PathProblem[] {
  const others = own.arch === undefined ? [] : arch.filter((one) => !cluster.arch.includes(one));
  const upsideDown = own.count !== undefined && count.max !== null && count.min > count.max;
  return [
    ...others.map((one) => ({
      path: ["roles", name, "arch"],
      message: `the cluster is ${cluster.arch.join(", ")} only; add ${one} to \`cluster.arch\``,
    })),
    ...(upsideDown
      ? [{ path: ["roles", name, "count"], message: `min ${count.min} is more than max ${count.max}` }]
      : []),
  ];
}

function countOf({ count, subnetRouter }: MergedRole): Count {
  if (count === undefined) return subnetRouter ? defaults.role.subnetRouterCount : defaults.role.count;
  if (typeof count === "number") return { min: count, max: count };
  return { min: count.min ?? 0, max: count.max ?? null };
}

function subnetRouter(
  {
    routes = defaults.subnetRouter.routes,
    mode,
    tags,
    authKey,
    loginServer,
    hostname,
  }: Exclude<MergedRole["subnetRouter"], false | undefined>,
  network: RolesFile["cluster"]["network"],
): SubnetRouter {
  const cidrs = routes.flatMap((route) => {
    if (route === "pods") return network.pods;
    return route === "services" ? network.services : [route];
  });
  return {
    routes: [...new Set(cidrs)],
    mode: mode ?? defaults.subnetRouter.mode,
    tags: tags ?? defaults.subnetRouter.tags,
    ...defined({ authKey, loginServer, hostname }),
  };
}
