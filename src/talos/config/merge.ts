import { type ConfigDocument, rootKind } from "./document.ts";
import { type Deletion, takeDeletions } from "./deletions.ts";
import { mergeValues } from "./merge-values.ts";
import { removeAt } from "./remove.ts";
import { kindOf } from "./schema.ts";
import type { At, MapNode } from "./tree.ts";

/** Something that Talos or talosctl would refuse, or a patch that cannot do what it says. */
export interface ConfigProblem {
  sort:
    | "merge-mismatch"
    | "patch-target-missing"
    /** Only up to Talos 1.13: `deletionNeedsDocument`. */
    | "patch-document-absent"
    | "patch-invalid"
    | "patch-multi-document";
  message: string;
  at: At;
}

export interface Merged {
  documents: ConfigDocument[];
  problems: ConfigProblem[];
}

/** Kind and name: what pairs documents. A document whose kind cannot be read pairs with none. */
export const identityOf = ({ kind, name }: Pick<ConfigDocument, "kind" | "name">): string | undefined =>
  kind === undefined ? undefined : `${kind}/${name ?? ""}`;

/**
 * Strategic merge of patch documents into a config: pairs merge, others are appended, `$patch: delete` removes
 * (pkg/machinery/config/configpatcher). Inputs stay as they are.
 */
export function strategicMerge(config: readonly ConfigDocument[], patch: readonly ConfigDocument[]): Merged {
  const documents = [...config];
  const problems: ConfigProblem[] = [];
  for (const right of patch) {
    const { deletions, rest } = takeDeletions(right);
    for (const deletion of deletions) problems.push(...applyDeletion(documents, right, deletion));
    if (rest) problems.push(...mergeDocument(documents, { ...right, root: rest }));
  }
  return { documents, problems };
}

function mergeDocument(documents: ConfigDocument[], right: ConfigDocument): ConfigProblem[] {
  const index = indexOf(documents, right);
  const left = documents[index];
  if (!left) {
    documents.push(right);
    return [];
  }
  const problems: ConfigProblem[] = [];
  const type = kindOf(right.kind ?? "")?.type;
  const root = mergeValues(
    left.root,
    right.root,
    type ? { sort: "struct", type, replace: false } : undefined,
    ({ at }) =>
      problems.push({
        sort: "merge-mismatch",
        message: "this is another kind of value than the one it is merged into",
        at,
      }),
  );
  documents[index] = {
    ...left,
    root: root as MapNode,
    open: left.open || right.open,
    maybe: left.maybe && right.maybe,
  };
  return problems;
}

function indexOf(documents: readonly ConfigDocument[], right: ConfigDocument): number {
  const id = identityOf(right);
  return id === undefined ? -1 : documents.findIndex((one) => identityOf(one) === id);
}

function applyDeletion(
  documents: ConfigDocument[],
  right: ConfigDocument,
  { path, at, element }: Deletion,
): ConfigProblem[] {
  const index = indexOf(documents, right);
  const left = documents[index];
  if (path.length === 0 && right.kind === rootKind) {
    return [
      { sort: "patch-invalid", message: "the document with `machine` and `cluster` cannot be deleted", at },
    ];
  }
  // One that a template may leave out is not sure to happen.
  if (right.maybe || right.kind === undefined) return [];
  if (!left) {
    const document = [right.kind, right.name].filter(Boolean).join(" ");
    const message = `\`$patch: delete\` is for the document ${document}, which is not there`;
    return [{ sort: "patch-document-absent", message, at }];
  }
  if (path.length === 0) {
    documents.splice(index, 1);
    return [];
  }
  const root = removeAt(
    left.root,
    { path, at, ...(element ? { element } : {}) },
    kindOf(right.kind ?? "")?.type,
  );
  if (root) documents[index] = { ...left, root };
  const message = `\`$patch: delete\` finds nothing at ${path.join(".")}`;
  return root ? [] : [{ sort: "patch-target-missing", message, at }];
}
