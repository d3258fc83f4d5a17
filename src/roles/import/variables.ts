import type { ConfigNode } from "../../talos/config/tree.ts";
import { nodeAt, textOf } from "../../talos/config/tree.ts";
import { folderOf, type RepositoryFiles } from "./files.ts";
import { otherMaps } from "./layout.ts";

const names = ["talenv.yaml", "talenv.yml", "talenv.sops.yaml", "talenv.sops.yml"];

/** Text of a scalar; where it is one variable and nothing else, the value that talhelper's env file gives it. Undefined where it cannot be read. */
export function textWithVariables(
  files: RepositoryFiles,
  entry: string,
  node: ConfigNode | undefined,
): string | undefined {
  const own = textOf(node);
  if (own !== undefined || node?.kind !== "scalar" || node.opaque !== "template") return own;
  const line = files.lineAt(node.at)?.slice(node.at.column - 1) ?? "";
  const [, variable] = /^["']?\$\{(\w+)\}["']?\s*(?:#.*)?$/.exec(line) ?? [];
  if (variable === undefined) return undefined;
  for (const name of names) {
    const folder = folderOf(entry);
    for (const { root } of otherMaps(files, folder === "" ? name : `${folder}/${name}`)) {
      const value = textOf(nodeAt(root, [variable]));
      if (value !== undefined) return value;
    }
  }
  return undefined;
}
