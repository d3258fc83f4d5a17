import { type ConfigDocument, rootKind } from "../../talos/config/document.ts";
import {
  type At,
  type ConfigNode,
  type Entry,
  type MapNode,
  mapNode,
  type ScalarNode,
} from "../../talos/config/tree.ts";

// Documents that a tool makes from its own keys, with the places of those keys.

const scalar = (text: string, at: At): ScalarNode => ({ kind: "scalar", at, value: text, text });
const entry = (value: ConfigNode): Entry => ({ at: value.at, value });

/** A map of these keys, all at one place. */
const mapAt = (at: At, content: Readonly<Record<string, ConfigNode>>): MapNode =>
  mapNode(
    at,
    Object.entries(content).map(([key, value]) => [key, entry(value)] as const),
  );

/** `machine: …` from the value at a path of keys. */
export function rootDocument(path: readonly string[], value: ConfigNode): ConfigDocument {
  const root = path.reduceRight<ConfigNode>((inner, key) => mapAt(value.at, { [key]: inner }), value);
  return { at: value.at, kind: rootKind, name: undefined, root: root as MapNode, maybe: false, open: false };
}

/** A named document from a map that has its fields and its name. */
export function namedDocument(kind: string, fields: MapNode, name: string | undefined): ConfigDocument {
  const { at, entries } = fields;
  const head = { apiVersion: entry(scalar("v1alpha1", at)), kind: entry(scalar(kind, at)) };
  return {
    at,
    kind: name === undefined ? undefined : kind,
    name,
    root: mapNode(at, [...Object.entries(head), ...entries]),
    maybe: fields.maybe === true,
    open: false,
  };
}

/** An installer reference that is not written as one: its text stands for the one that the tool makes. */
export const referenceTo = (id: ScalarNode, talos: string | undefined): ScalarNode => ({
  ...id,
  text: `/${id.text}${talos === undefined ? "" : `:${talos}`}`,
});

/** The schematic of an image without extensions. */
export const emptySchematic = (at: At): MapNode => mapAt(at, { customization: mapNode(at) });
