import { documentsText } from "../machine/yaml.ts";
import { conflictsOf } from "../talos/config/conflicts.ts";
import { documentsFrom } from "../talos/config/from-data.ts";
import type { Subject } from "./subject.ts";

interface Setting {
  kind: string;
  /** Of the document, without kind and version. */
  content: object;
  /** The same under `machine` and `cluster`. */
  old: object;
}

/** A setting in the form that fits the config it is for: a document from Talos 1.14 on, unless the config has the old place of such settings. */
export function settingText(
  { quirks, documents, profile }: Subject,
  { kind, content, old }: Setting,
): string {
  const document = { apiVersion: "v1alpha1", kind, ...content };
  const together = [...documents, ...documentsFrom([document], profile.at)];
  const fits = conflictsOf(together).length === conflictsOf(documents).length;
  return documentsText([quirks?.settingsAreDocuments && fits ? document : old]);
}
