import { type ConfigDocument, rootKind } from "./document.ts";
import { type At, type ConfigNode, itemsOf, nodeAt, textOf } from "./tree.ts";

export interface ConfiguredModule {
  /** As the kernel knows it: underscores. */
  name: string;
  written: string;
  /** Parameters that can be read. */
  parameters: string[];
  at: At;
  /** A template may leave it out. */
  maybe: boolean;
}

/** Module names with `-` and `_` are the same to the kernel. */
export const moduleName = (written: string): string => written.replaceAll("-", "_");

/** Kernel modules that the config tells Talos to load, in either form; a template's name is left out. */
export function modulesOf(documents: readonly ConfigDocument[]): ConfiguredModule[] {
  return documents.flatMap((document) => {
    if (document.kind === "KernelModuleConfig") return moduleFrom(document.root, document.maybe);
    if (document.kind !== rootKind) return [];
    const kernel = nodeAt(document.root, ["machine", "kernel"]);
    const list = nodeAt(kernel, ["modules"]);
    const maybe = document.maybe || isMaybe(kernel) || isMaybe(list);
    return itemsOf(list).flatMap((item) => moduleFrom(item, maybe));
  });
}

const isMaybe = (node: ConfigNode | undefined): boolean => node?.maybe === true;

function moduleFrom(node: ConfigNode, maybe: boolean): ConfiguredModule[] {
  const name = nodeAt(node, ["name"]);
  const written = textOf(name);
  if (written === undefined || name === undefined) return [];
  const parameters = itemsOf(nodeAt(node, ["parameters"])).flatMap((item) => textOf(item) ?? []);
  return [
    {
      name: moduleName(written),
      written,
      parameters,
      at: name.at,
      maybe: maybe || isMaybe(node) || isMaybe(name),
    },
  ];
}
