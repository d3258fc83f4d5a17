import { type ConfigDocument, rootKind } from "../../talos/config/document.ts";
import { modulesOf } from "../../talos/config/modules.ts";
import { clusterSubnets } from "../../talos/config/settings.ts";
import { type ConfigNode, entriesOf, isNull, itemsOf, nodeAt, textOf } from "../../talos/config/tree.ts";
import type { RoleInput } from "../schema.ts";
import { type CarriedServices, carriedServices } from "./carried-services.ts";
import type { NotCarried } from "./imported.ts";

export interface CarriedConfig extends CarriedServices {
  modules: NonNullable<RoleInput["modules"]>;
  labels: Record<string, string>;
  sysctls: Record<string, string>;
  registries: Record<string, string[]>;
  /** Undefined where the config names none that can be read. */
  pods: string[] | undefined;
  serviceSubnets: string[] | undefined;
}

/** What roles.yaml can say of a machine config. */
export function carriedConfig(documents: readonly ConfigDocument[]): CarriedConfig {
  const root = documents.find(({ kind }) => kind === rootKind)?.root;
  const maps = (kind: string, key: string, path: readonly string[]) => ({
    ...textMap(nodeAt(root, path)),
    ...Object.assign(
      {},
      ...documents.filter((one) => one.kind === kind).map((one) => textMap(nodeAt(one.root, [key]))),
    ),
  });
  const modules = new Map(
    modulesOf(documents).map(({ name, written, parameters }) => [
      name,
      { name: written, ...(parameters.length > 0 ? { parameters } : {}) },
    ]),
  );
  const services = carriedServices(documents);
  return {
    ...services,
    modules: [...modules.values()],
    labels: maps("KubeNodeConfig", "labels", ["machine", "nodeLabels"]),
    sysctls: maps("SysctlConfig", "params", ["machine", "sysctls"]),
    registries: registriesOf(documents, root),
    pods: subnets(documents, "pods"),
    serviceSubnets: subnets(documents, "services"),
    notCarried: [...services.notCarried, ...staying(documents)],
  };
}

const textMap = (node: ConfigNode | undefined): Record<string, string> =>
  Object.fromEntries(
    entriesOf(node).flatMap(([key, { value }]) => {
      const text = value.kind === "scalar" && !value.opaque ? value.text : undefined;
      return text === undefined ? [] : [[key, text] as const];
    }),
  );

function subnets(documents: readonly ConfigDocument[], which: "pods" | "services"): string[] | undefined {
  const { values, isDefault, hidden } = clusterSubnets(documents, which);
  return isDefault || hidden || values.length === 0 ? undefined : values.map(({ text }) => text);
}

function registriesOf(
  documents: readonly ConfigDocument[],
  root: ConfigNode | undefined,
): Record<string, string[]> {
  const old = entriesOf(nodeAt(root, ["machine", "registries", "mirrors"])).map(([host, { value }]) => [
    host,
    itemsOf(nodeAt(value, ["endpoints"])).flatMap((url) => textOf(url) ?? []),
  ]);
  const own = documents
    .filter(({ kind, name }) => kind === "RegistryMirrorConfig" && name !== undefined)
    .map(({ root, name }) => [
      name,
      itemsOf(nodeAt(root, ["endpoints"])).flatMap((one) => textOf(nodeAt(one, ["url"])) ?? []),
    ]);
  const all = [...old, ...own] as [string, string[]][];
  return Object.fromEntries(
    all.filter(([, urls]) => urls.length > 0 && urls.every((url) => /^https?:\/\/\S+$/.test(url))),
  );
}

/** Read above, or made by `talos-roles config` again. */
const carriedPaths = new Set(
  "machine.type machine.nodeLabels machine.sysctls machine.kernel cluster.clusterName machine.registries".split(
    " ",
  ),
);
const carriedKinds = new Set(
  "ExtensionServiceConfig KernelModuleConfig SysctlConfig RegistryMirrorConfig HostnameConfig".split(" "),
);

/** Settings that are no part of a role: they stay in the machine config. */
function staying(documents: readonly ConfigDocument[]): CarriedServices["notCarried"] {
  const stays = "no part of a role: it stays in the machine config";
  return documents.flatMap((document): CarriedServices["notCarried"] => {
    const { kind, root, at } = document;
    if (kind === undefined)
      return [
        { what: "a document that cannot be read", reason: "it is encrypted or templated as a whole", at },
      ];
    if (kind !== rootKind) return carriedKinds.has(kind) ? [] : [{ what: kind, reason: stays, at }];
    return ["machine", "cluster"].flatMap((part) =>
      entriesOf(nodeAt(root, [part])).flatMap(([key, entry]): Omit<NotCarried, "nodes">[] =>
        carriedPaths.has(`${part}.${key}`) || isNull(entry.value)
          ? []
          : [{ what: `${part}.${key}`, reason: stays, at: entry.at }],
      ),
    );
  });
}
