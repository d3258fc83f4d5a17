import { formationInput } from "../../src/formation/from-repository.ts";
import { judge } from "../../src/formation/judge.ts";
import type { Formation, FormationInput, Platform } from "../../src/formation/model.ts";
import { folderRepositories } from "../../src/roles/import/folder-repositories.ts";
import { memoryFolder } from "../../src/roles/import/folder.ts";
import type { Repository } from "../../src/roles/import/repository.ts";
import { readConfig } from "../../src/talos/config/document.ts";
import { applyPatches } from "../../src/talos/config/patch.ts";
import type { Arch } from "../../src/talos/arch.ts";

export interface FolderCase {
  about: string;
  /** As given on the command line. */
  given?: { extensions?: string[]; talos?: string; arch?: Arch; platform?: Platform };
  files: Record<string, string>;
  patches?: string[];
  /** Whether boot completes, by node. */
  nodes: Record<string, "yes" | "no" | "unknown">;
  /** Whether the node's role works, where that is the point. */
  functional?: Record<string, "yes" | "no" | "unknown">;
}

/** Judges files as `check DIR` does. */
export const judgeFolder = async (one: FolderCase): Promise<Formation> => judge(await folderInput(one));

/** What is judged: the nodes that are found in the files. */
export async function folderInput({ given = {}, files, patches = [] }: FolderCase): Promise<FormationInput> {
  const repositories = await folderRepositories(memoryFolder(files));
  return formationInput(
    repositories.map((one) => patched(one, patches)),
    given,
  );
}

const patched = (repository: Repository, patches: readonly string[]): Repository => ({
  ...repository,
  nodes: repository.nodes.map((node) => {
    const files = patches.map((text, index) => readConfig(text, `patch-${index}.yaml`));
    const { documents, problems } = applyPatches(node.config.documents, files, {
      generatedBase: node.config.generated,
    });
    return {
      ...node,
      config: { ...node.config, documents, problems: [...node.config.problems, ...problems] },
    };
  }),
});

/** Whether boot completes, by node. */
export const bootAnswers = ({ predictions }: Formation): Record<string, string> =>
  Object.fromEntries(predictions.map(({ node, bootCompletes }) => [node ?? "", bootCompletes.answer]));
