import type { ConfigDocument } from "./document.ts";
import { type At, type ConfigNode, itemsOf, nodeAt, type ScalarNode, textOf } from "./tree.ts";

export interface ServiceVariable {
  name: string;
  /** Undefined where it cannot be read. Never to be printed. */
  value: string | undefined;
  at: At;
  maybe: boolean;
}

export interface ServiceFile {
  /** Undefined where it cannot be read. */
  mountPath: string | undefined;
  at: At;
}

/** An ExtensionServiceConfig document. */
export interface ServiceDocument {
  name: string;
  /** Of the document, and of its name. */
  at: At;
  nameAt: At;
  environment: ServiceVariable[];
  /** Items of `environment` that cannot be read at all, such as an encrypted one. */
  hiddenVariables: number;
  files: ServiceFile[];
  maybe: boolean;
  open: boolean;
}

/** The documents that configure extension services; those without a readable name are left out. */
export function serviceDocuments(documents: readonly ConfigDocument[]): ServiceDocument[] {
  return documents.flatMap((document) => {
    const { kind, name, root, at, maybe, open } = document;
    if (kind !== "ExtensionServiceConfig" || name === undefined) return [];
    const items = itemsOf(nodeAt(root, ["environment"]));
    const variables = items.map(variable);
    return [
      {
        name,
        at,
        nameAt: root.entries.get("name")?.value.at ?? at,
        environment: variables.flatMap((one) => one ?? []),
        hiddenVariables: variables.filter((one) => !one).length,
        files: itemsOf(nodeAt(root, ["configFiles"])).map((file) => ({
          mountPath: textOf(nodeAt(file, ["mountPath"])),
          at: file.at,
        })),
        maybe,
        open,
      },
    ];
  });
}

/** `NAME=value`; a template or secret reference in the value leaves the name readable. Our own secret references are `NAME: {env: …}`. */
function variable(item: ConfigNode): ServiceVariable | undefined {
  if (item.kind === "map") return reference(item);
  if (item.kind !== "scalar" || item.opaque === "encrypted") return undefined;
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(item.text) ?? [];
  if (name === undefined) return undefined;
  return { name, value: valueOf(item, value ?? ""), at: item.at, maybe: item.maybe === true };
}

const valueOf = (item: ScalarNode, value: string): string | undefined => (item.opaque ? undefined : value);

function reference(item: ConfigNode & { kind: "map" }): ServiceVariable | undefined {
  const [name] = item.entries.keys();
  return name === undefined ? undefined : { name, value: undefined, at: item.at, maybe: item.maybe === true };
}

/** The last value of a variable, as the service gets it. */
export const variableOf = (
  { environment }: ServiceDocument,
  ...names: string[]
): ServiceVariable | undefined => environment.findLast(({ name }) => names.includes(name));
