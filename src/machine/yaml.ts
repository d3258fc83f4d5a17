import { stringify } from "yaml";

/** Config documents as YAML text: keys in the order given, nothing folded, no anchors; `---` between documents. */
export const documentsText = (documents: readonly object[]): string =>
  documents
    .map((document) => stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join("---\n");
