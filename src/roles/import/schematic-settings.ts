import {
  type At,
  type ConfigNode,
  entriesOf,
  isNull,
  itemsOf,
  nodeAt,
  textOf,
} from "../../talos/config/tree.ts";
import type { MetaValue } from "../model.ts";
import { looksSecret } from "./harmless.ts";
import type { NotCarried } from "./imported.ts";

/** What a schematic, or the customization of an imager profile, says beside its extensions. */
export interface SchematicSettings {
  kernelArgs: string[];
  meta: MetaValue[];
  notCarried: Omit<NotCarried, "nodes">[];
}

const template = "it is a template: write its value in";
const reasons: Readonly<Record<string, string>> = {
  overlay:
    "overlays, which boards need for their firmware, are not handled here: start the board from its own image",
  "customization.embeddedMachineConfiguration":
    "put it into a file beside roles.yaml, without any secret, and name that file as `embeddedConfig` of the role",
  "customization.secureboot": "images signed for Secure Boot are not made here",
  "customization.bootloader": "the boot loader is that of the Talos version and of the output",
  "customization.diskImage": "it is no setting of a role: choose among the outputs under `images`",
};
/** Keys of a schematic, and those of an imager's profile, of which its own reader tells. */
const ownKeys = new Set(["customization", "arch", "platform", "version", "input", "output", "secureboot"]);
const carried = new Set(["extraKernelArgs", "meta", "metaContents", "systemExtensions"]);

/** Kernel arguments and META values, which a role has too, and the name of everything else with what to do about it: values are never copied. */
export function schematicSettings(root: ConfigNode | undefined): SchematicSettings {
  const customization = nodeAt(root, ["customization"]);
  const args = itemsOf(nodeAt(customization, ["extraKernelArgs"])).map(argOf);
  const meta = ["meta", "metaContents"].flatMap((key) => itemsOf(nodeAt(customization, [key]))).map(metaOf);
  const others = [
    ...left(root, "", (key) => !ownKeys.has(key)),
    ...left(customization, "customization.", (key) => !carried.has(key)),
    ...left(
      nodeAt(customization, ["systemExtensions"]),
      "customization.systemExtensions.",
      (key) => key !== "officialExtensions",
    ),
  ];
  return {
    kernelArgs: args.flatMap((one) => (typeof one === "string" ? [one] : [])),
    meta: meta.flatMap((one) => ("value" in one ? [one] : [])),
    notCarried: [
      ...args.flatMap((one) => (typeof one === "string" ? [] : [one])),
      ...meta.flatMap((one) => ("value" in one ? [] : [one])),
      ...others,
    ],
  };
}

type Left = Omit<NotCarried, "nodes">;

const hidden =
  "it may hold a secret, which everybody who has the image could read: write it in if it is none";

function argOf(node: ConfigNode): string | Left {
  const text = textOf(node);
  if (text !== undefined && !looksSecret(text)) return text;
  return {
    what: "a kernel argument of the schematic",
    reason: text === undefined ? template : hidden,
    at: node.at,
  };
}

/** META keys that roles.yaml takes are those of users: 6 to 17. */
function metaOf(node: ConfigNode): MetaValue | Left {
  const [tag, value] = ["key", "value"].map((key) => textOf(nodeAt(node, [key])));
  const key = Number(tag ?? Number.NaN);
  const what = `the META value ${tag ?? ""}`.trim();
  if (!tag || !(key >= 6 && key <= 17) || !Number.isInteger(key))
    return { what, reason: "its key is none that a role may set: 6 to 17", at: node.at };
  if (value === undefined) return { what, reason: template, at: node.at };
  return looksSecret(value) ? { what, reason: hidden, at: node.at } : { key, value };
}

const left = (map: ConfigNode | undefined, before: string, isLeft: (key: string) => boolean): Left[] =>
  entriesOf(map).flatMap(([key, { at, value }]): Left[] =>
    !isLeft(key) || isNull(value) ? [] : [leftKey(`${before}${key}`, at)],
  );

const leftKey = (path: string, at: At): Left => ({
  what: `\`${path}\` of the schematic`,
  reason: reasons[path] ?? "roles.yaml has no place for it",
  at,
});
