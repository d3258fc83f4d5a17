import type { ConfigDocument, ConfigFile } from "./document.ts";
import { applyOperations } from "./json-patch.ts";
import { type ConfigProblem, type Merged, strategicMerge } from "./merge.ts";

interface PatchOptions {
  /** The config is not whole: its tool generates the rest, so that what a patch does not find may still be there. */
  generatedBase?: boolean;
}

/** What may be in the part of a config that is not seen. */
const inBase = new Set<ConfigProblem["sort"]>(["patch-target-missing", "patch-document-absent"]);

/** Applies patches in order, each by what it is: config documents (strategic merge) or a JSON6902 list. */
export function applyPatches(
  config: readonly ConfigDocument[],
  patches: readonly ConfigFile[],
  { generatedBase = false }: PatchOptions = {},
): Merged {
  let documents: ConfigDocument[] = [...config];
  const problems: ConfigProblem[] = [];
  for (const patch of patches) {
    const steps = [
      () => strategicMerge(documents, patch.documents),
      ...(patch.operations
        ? [
            () =>
              applyOperations(documents, patch.operations as NonNullable<typeof patch.operations>, {
                generatedBase,
              }),
          ]
        : []),
    ];
    for (const step of steps) {
      const merged = step();
      documents = merged.documents;
      problems.push(...merged.problems.filter(({ sort }) => !generatedBase || !inBase.has(sort)));
    }
  }
  return { documents, problems };
}
