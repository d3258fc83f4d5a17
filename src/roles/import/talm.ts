import { type ConfigFile, rootKind } from "../../talos/config/document.ts";
import { applyPatches } from "../../talos/config/patch.ts";
import { nodeAt, textOf } from "../../talos/config/tree.ts";
import { folderOf, insidePath, type RepositoryFiles } from "./files.ts";
import { type LayoutReader, type LayoutReading, otherMaps } from "./layout.ts";
import { isWhole, plainNode } from "./plain-node.ts";
import type { RepositoryNode, RepositoryNote } from "./repository.ts";

/** talm's first line: `# talm: nodes=["10.0.0.1"], endpoints=["10.0.0.1"], templates=["templates/controlplane.yaml"]`. */
const modeline = /^# talm:\s*(.*)$/m;

/** talm: a file for each node, rendered from a chart and kept in git (facts: real-configs §2 H). One reading for each folder of such files. */
export const talm: LayoutReader = {
  entries: (files) => {
    const folders = files.paths.filter((path) => isNodeFile(files, path)).map(folderOf);
    return [...new Set(folders)];
  },
  read: (files, folder): LayoutReading => {
    const paths = files.paths.filter((path) => folderOf(path) === folder && isNodeFile(files, path));
    const read = paths.flatMap((path) => {
      const config = files.config(path);
      return config ? [nodeOf(config, files.text(path) ?? "")] : [];
    });
    return {
      repository: {
        layout: "talm",
        path: files.shown(folder),
        nodes: read,
        notes: valuesNote(files, folder, read),
      },
      used: new Set(paths),
    };
  },
};

function isNodeFile(files: RepositoryFiles, path: string): boolean {
  const text = files.text(path) ?? "";
  return (
    modeline.test(text.slice(0, 2000)) &&
    (files.config(path)?.documents ?? []).some(({ kind }) => kind === rootKind)
  );
}

/** talm merges the file as a patch: what it deletes is in what the chart renders. */
const merged = (file: ConfigFile): ConfigFile["documents"] =>
  applyPatches([], [file], { generatedBase: true }).documents;

/** A thin body is merged over the render of the chart, which is not seen. */
function nodeOf(file: ConfigFile, text: string): RepositoryNode {
  const node = plainNode({ ...file, documents: merged(file) });
  const [, line = ""] = modeline.exec(text) ?? [];
  const [, address] = /nodes=\[\s*"([^"]+)"/.exec(line) ?? [];
  const controlPlane = /templates=\[[^\]]*controlplane/.test(line)
    ? true
    : /templates=\[[^\]]*worker/.test(line)
      ? false
      : undefined;
  return {
    ...node,
    ...(node.address === undefined && address !== undefined ? { address } : {}),
    ...(node.controlPlane === undefined && controlPlane !== undefined ? { controlPlane } : {}),
    config: isWhole(file)
      ? node.config
      : { ...node.config, generated: true, hidden: [`talm merges ${file.file} over what its chart renders`] },
  };
}

/** `talm upgrade` takes the image of values.yaml for every node unless it is named. */
function valuesNote(
  files: RepositoryFiles,
  folder: string,
  nodes: readonly RepositoryNode[],
): RepositoryNote[] {
  const path = insidePath(folderOf(folder), "values.yaml") ?? "values.yaml";
  return otherMaps(files, path).flatMap(({ root }): RepositoryNote[] => {
    const image = nodeAt(root, ["image"]);
    const written = textOf(image);
    const others = nodes.filter((node) => {
      const own = textOf(node.image.reference);
      return own !== undefined && written !== undefined && own !== written;
    });
    if (!image || others.length === 0) return [];
    const names = others.map(({ name }) => name).join(", ");
    return [
      {
        message: `${files.shown(path)} names another image than ${names}: \`talm upgrade\` without --image would put it on every node`,
        at: image.at,
      },
    ];
  });
}
