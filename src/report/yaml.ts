import { stringify } from "yaml";

/** Plain data as YAML, without anchors and without folded lines. */
export const yamlText = (data: unknown): string =>
  stringify(data, { aliasDuplicateObjects: false, lineWidth: 0 });
