import type { ConfigFile } from "../../talos/config/document.ts";
import { isWhole, plainNode } from "./plain-node.ts";
import type { Repository, RepositoryNode, RepositoryNote, SchematicClue } from "./repository.ts";

interface PlainFiles {
  path: string;
  files: readonly ConfigFile[];
  /** Patches that the user named, in order, for every node. */
  patches?: readonly ConfigFile[];
}

/**
 * Machine configs as files: each whole config is a node. A fragment alone is nothing to judge; its documents are kept as not included,
 * for the hint that they exist.
 */
export function plainRepository({ path, files, patches = [] }: PlainFiles): Repository {
  const whole = files.filter(isWhole);
  const fragments = files.filter((file) => !isWhole(file) && (file.documents.length > 0 || file.operations));
  const unlisted = fragments.flatMap(({ documents }) => documents);
  const schematics = files.flatMap(({ others }) =>
    others
      .filter(({ sort }) => sort === "schematic")
      .map(({ root, at }): SchematicClue => ({ root, at, used: false })),
  );
  const notes = whole.length > 0 ? [] : fragmentNotes(path, fragments);
  return {
    layout: "plain",
    path,
    nodes: whole.map((file) => {
      const node = plainNode(file, { patches, unlisted, schematics });
      return file.templated && fragments.length > 0 ? inPart(node, file) : node;
    }),
    notes: [...notes, ...files.flatMap(unreadable)],
  };
}

/** A template among fragments is put together by a program, which may add any of them. */
const inPart = (node: RepositoryNode, { file }: ConfigFile): RepositoryNode => ({
  ...node,
  config: {
    ...node.config,
    hidden: [`${file} is a template, and what renders it may add the fragments beside it`],
  },
});

/** More fragments than this are told of together. */
const fragmentLimit = 3;

function fragmentNotes(path: string, fragments: readonly ConfigFile[]): RepositoryNote[] {
  const advice = "Give the config that they belong to, and them with --patch.";
  const [first] = fragments;
  if (!first || fragments.length <= fragmentLimit) return fragments.map(fragmentNote);
  const message = `${path} has ${fragments.length} fragments of machine configs, ${first.file} for one, and no whole config: alone they are nothing to judge. ${advice}`;
  return [{ message, at: { file: first.file, line: 1, column: 1 } }];
}

const fragmentNote = ({ file }: ConfigFile): RepositoryNote => ({
  message: `${file} is a fragment of a machine config: alone it is nothing to judge. Give the config that it belongs to, and this one with --patch.`,
  at: { file, line: 1, column: 1 },
});

const unreadable = ({ problem, file, templated }: ConfigFile): RepositoryNote[] =>
  problem
    ? [
        {
          message: `${file} cannot be read${templated ? " (it is a template)" : ""}: ${problem.message}`,
          at: problem.at,
        },
      ]
    : [];
