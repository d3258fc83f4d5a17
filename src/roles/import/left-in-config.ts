import { type ConfigDocument, rootKind } from "../../talos/config/document.ts";
import { type At, type ConfigNode, entriesOf, isNull } from "../../talos/config/tree.ts";
import type { NotCarried } from "./imported.ts";

export type Left = Omit<NotCarried, "nodes">;

/** What was taken into roles.yaml, or told of in words of its own. */
export class Settled {
  readonly told: Left[] = [];
  readonly #nodes = new Set<ConfigNode>();

  /** The value and everything in it. */
  add(node: ConfigNode | undefined): void {
    if (!node) return;
    this.#nodes.add(node);
    for (const inner of insideOf(node)) this.add(inner);
  }

  tell(left: Left): void {
    this.told.push(left);
  }

  has(node: ConfigNode): boolean {
    return this.#nodes.has(node);
  }

  /** Whether anything in it was taken. */
  touches(node: ConfigNode): boolean {
    return this.has(node) || insideOf(node).some((inner) => this.touches(inner));
  }
}

const insideOf = (node: ConfigNode): readonly ConfigNode[] =>
  node.kind === "map"
    ? entriesOf(node).map(([, { value }]) => value)
    : node.kind === "list"
      ? node.items
      : [];

/** Where roles.yaml has a place for what stands there. */
const places: Readonly<Record<string, readonly string[]>> = {
  [rootKind]: [
    "cluster.clusterName",
    "cluster.network.podSubnets",
    "cluster.network.serviceSubnets",
    "machine.kernel.modules",
    "machine.nodeLabels",
    "machine.registries.mirrors",
    "machine.sysctls",
    "machine.type",
  ],
  ExtensionServiceConfig: [""],
  KernelModuleConfig: [""],
  KubeNetworkConfig: ["podSubnets", "serviceSubnets"],
  KubeNodeConfig: ["labels"],
  RegistryMirrorConfig: [""],
  SysctlConfig: ["params"],
};

const stays = "no part of a role: it stays in the machine config";
const unread = "it is a template, encrypted or kept elsewhere: write it into roles.yaml";
const conditional = "a template decides which nodes get it; here every node of the role does";
/** They say what a document is. */
const heads = new Set(["apiVersion", "kind", "name"]);

/** Every value of the documents that was not taken, by the path that it stands at: rooms that roles.yaml has nothing of are named as a whole. */
export const leftInConfig = (documents: readonly ConfigDocument[], settled: Settled): Left[] =>
  documents.flatMap((document) => leftOf(document, settled));

function leftOf(document: ConfigDocument, settled: Settled): Left[] {
  const { kind, name, root, at, maybe, open } = document;
  const inserted: Left[] = open
    ? [
        {
          what: "what a template inserts",
          reason: "it is not seen here: look there for what the role needs",
          at,
        },
      ]
    : [];
  if (kind === undefined)
    return [
      { what: "a document that cannot be read", reason: "it is encrypted or templated as a whole", at },
      ...inserted,
    ];
  const isRoot = kind === rootKind;
  if (!isRoot && !places[kind] && !settled.touches(root))
    return [{ what: kind, reason: stays, at }, ...inserted];
  const title = isRoot ? "" : [kind, name].filter(Boolean).join(" ");
  const condition: Left[] =
    maybe && settled.touches(root)
      ? [{ what: `the condition around the document ${title}`.trim(), reason: conditional, at }]
      : [];
  const walk = { kind, title, settled };
  const entries = entriesOf(root).filter(([key]) => !(isRoot ? key === "version" : heads.has(key)));
  return [
    ...condition,
    ...entries.flatMap(([key, entry]) =>
      leftAt(walk, { path: key, at: entry.at, node: entry.value, maybe: entry.maybe }),
    ),
    ...inserted,
  ];
}

interface Walk {
  kind: string;
  title: string;
  settled: Settled;
}

interface Place {
  path: string;
  at: At;
  node: ConfigNode;
  maybe: boolean | undefined;
}

function leftAt(walk: Walk, { path, at, node, maybe }: Place): Left[] {
  const { settled, title } = walk;
  const what = [title, path].filter(Boolean).join(" ");
  const touched = settled.touches(node);
  const condition: Left[] =
    touched && (maybe || node.maybe)
      ? [{ what: `the condition around ${what}`, reason: conditional, at }]
      : [];
  if (settled.has(node)) return condition;
  if (node.kind === "scalar")
    return isNull(node) ? [] : [{ what, reason: node.opaque && isIn(walk, path) ? unread : stays, at }];
  const isRoom = walk.kind === rootKind && !path.includes(".");
  if (!isRoom && !touched && !isIn(walk, path) && !isAround(walk, path)) return [{ what, reason: stays, at }];
  return [...condition, ...insidePlaces(path, node).flatMap((inner) => leftAt(walk, inner))];
}

const insidePlaces = (path: string, node: ConfigNode): Place[] =>
  node.kind === "list"
    ? node.items.map((item, index) => ({
        path: `${path}[${index}]`,
        at: item.at,
        node: item,
        maybe: undefined,
      }))
    : entriesOf(node).map(([key, { at, value, maybe }]) => ({
        path: `${path}.${key}`,
        at,
        node: value,
        maybe,
      }));

const placesOf = ({ kind }: Walk): readonly string[] => places[kind] ?? [];
const isIn = (walk: Walk, path: string): boolean =>
  placesOf(walk).some((place) =>
    ["", ".", "["].some(
      (end) => place === "" || (end === "" ? path === place : path.startsWith(place + end)),
    ),
  );
const isAround = (walk: Walk, path: string): boolean =>
  placesOf(walk).some((place) => place.startsWith(`${path}.`));
