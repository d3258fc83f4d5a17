import type { ConfigFile } from "../../talos/config/document.ts";
import { readConfig } from "../../talos/config/document.ts";
import { type ConfigNode, isNull, itemsOf } from "../../talos/config/tree.ts";
import { insidePath, type RepositoryFiles } from "./files.ts";
import type { RepositoryNote } from "./repository.ts";

/** Patches in order, with what could not be read of them. */
export interface PatchList {
  patches: ConfigFile[];
  used: string[];
  /** Why something may be in a patch that is not seen. */
  hidden: string[];
  notes: RepositoryNote[];
}

export const noPatches = (): PatchList => ({ patches: [], used: [], hidden: [], notes: [] });

export const joinPatches = (...lists: readonly PatchList[]): PatchList => ({
  patches: lists.flatMap(({ patches }) => patches),
  used: lists.flatMap(({ used }) => used),
  hidden: [...new Set(lists.flatMap(({ hidden }) => hidden))],
  notes: lists.flatMap(({ notes }) => notes),
});

/** A file as a patch. */
export function patchFile(files: RepositoryFiles, path: string): PatchList {
  const config = files.config(path);
  if (!config) return noPatches();
  const { problem } = config;
  const used = [path];
  if (!problem) return { ...noPatches(), patches: [config], used };
  const message = `${config.file} cannot be read${config.templated ? " (it is a template)" : ""}: ${problem.message}`;
  return { patches: [], used, hidden: [message], notes: [{ message, at: problem.at }] };
}

/** A patch as text in another file: a block, or quoted. */
export function writtenPatch(node: ConfigNode): PatchList {
  if (node.kind !== "scalar" || isNull(node)) return noPatches();
  const { text, at } = node.block ?? node;
  const config = readConfig(text, at);
  const isConfig = config.documents.length > 0 || config.operations !== undefined;
  if (isConfig) return { ...noPatches(), patches: [config] };
  const opaque = node.opaque !== undefined || config.problem !== undefined;
  return opaque
    ? { ...noPatches(), hidden: [`a patch in ${at.file} (line ${at.line}) cannot be read`] }
    : noPatches();
}

/** A file that a list names, looked for beside the list and then from the top of the folder. */
export function namedPatch(
  files: RepositoryFiles,
  name: string,
  { from, at }: { from: string; at: ConfigNode["at"] },
): PatchList {
  const paths = [insidePath(from, name), insidePath(name)];
  const path = paths.find((one) => one !== undefined && files.config(one) !== undefined);
  if (path !== undefined) return patchFile(files, path);
  const message = `${at.file} lists ${name}, which is not in ${files.folder.path}`;
  return { ...noPatches(), hidden: [message], notes: [{ message, at }] };
}

/** A list whose items are `@file` or the patch itself. */
export const patchList = (files: RepositoryFiles, list: ConfigNode | undefined, from: string): PatchList =>
  joinPatches(
    ...itemsOf(list).map((item) => {
      if (item.kind === "scalar" && !item.opaque && item.text.startsWith("@"))
        return namedPatch(files, item.text.slice(1).trim(), { from, at: item.at });
      return writtenPatch(item);
    }),
  );
