import { type ConfigDocument, type ConfigFile, rootKind } from "../../talos/config/document.ts";
import { applyPatches } from "../../talos/config/patch.ts";
import { hostname, installImage, machineType, staticAddresses } from "../../talos/config/settings.ts";
import { nodeAt } from "../../talos/config/tree.ts";
import type { RepositoryNode, SchematicClue } from "./repository.ts";

/** Whether a file is a node's whole config and not a fragment: it says what kind of machine it is for. */
export const isWhole = ({ documents }: ConfigFile): boolean =>
  documents.some(({ kind, root }) => kind === rootKind && nodeAt(root, ["machine", "type"]) !== undefined);

interface PlainOptions {
  /** Patches that every node gets, in order. */
  patches?: readonly ConfigFile[];
  unlisted?: readonly ConfigDocument[];
  schematics?: readonly SchematicClue[];
}

/** A node from its own config file, with patches on top. */
export function plainNode(
  file: ConfigFile,
  { patches = [], unlisted = [], schematics = [] }: PlainOptions = {},
): RepositoryNode {
  const { documents, problems } = applyPatches(file.documents, patches);
  const type = machineType(documents);
  const image = installImage(documents);
  const root = documents.find(({ kind }) => kind === rootKind);
  const address = staticAddresses(documents)[0]?.text.split("/")[0];
  return {
    name: hostname(documents) ?? fileName(file.file),
    at: (root ?? documents[0])?.at ?? { file: file.file, line: 1, column: 1 },
    ...(type === undefined ? {} : { controlPlane: type === "controlplane" }),
    ...(address === undefined ? {} : { address }),
    config: { documents, problems, hidden: [], generated: false, unlisted },
    image: { schematics, ...(image?.kind === "scalar" ? { reference: image } : {}) },
  };
}

/** `nodes/n1.yaml` is n1. */
export const fileName = (path: string): string =>
  (path.split(/[\\/]/).at(-1) ?? path).replace(/\.(?:ya?ml|json)(?:\.\w+)?$/i, "");
