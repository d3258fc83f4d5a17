import { ownValue } from "../../formats/own-value.ts";
import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, Scalar, type YAMLMap } from "yaml";
import { RolesError } from "../../errors.ts";
import type { OptionValue, Schematic } from "./model.ts";
import { uncertain } from "./scalar.ts";

type Fields = Record<string, (node: Node) => void>;

/**
 * Reads a schematic document (YAML or JSON) the way Image Factory does: unknown fields are refused, and what is written plainly into a text
 * field is its text. Errors: SCHEMATIC_INVALID where Image Factory would refuse it too, SCHEMATIC_UNCERTAIN.
 */
export function readSchematic(text: string): Schematic {
  // Parsers of YAML differ here, and so may the versions of Image Factory.
  if (/[\t\r\u0000-\u0008\u007f-\u009f\u2028\u2029\ufeff]|^%/m.test(text))
    throw uncertain("it has tabs, control characters or directives");
  const documents = parseAllDocuments(text, { schema: "failsafe", logLevel: "silent" });
  const [document] = documents;
  if (!document) throw invalid("it is empty");
  if (document.errors[0]) throw invalid(document.errors[0].message.split("\n")[0]?.replace(/:$/, "") ?? "");
  if (documents.length > 1) throw uncertain("there is more than one document");
  const schematic: Schematic = {};
  fields("document", document.contents, {
    owner: () => {
      throw uncertain("`owner` is known to Image Factory Enterprise only");
    },
    overlay: (node) => void (schematic.overlay = overlay(node)),
    customization: (node) => customization(node, schematic),
  });
  return schematic;
}

function customization(node: Node, into: Schematic): void {
  fields("customization", node, {
    embeddedMachineConfiguration: (node) => void (into.embeddedMachineConfiguration = string(node)),
    extraKernelArgs: (node) => void (into.extraKernelArgs = items(node).map(string)),
    meta: (node) => void (into.meta = items(node).map(metaValue)),
    systemExtensions: (node) =>
      fields("systemExtensions", node, {
        officialExtensions: (node) => void (into.officialExtensions = items(node).map(string)),
      }),
    bootloader: (node) => void (into.bootloader = bootloader(string(node))),
    secureboot: (node) => void (into.secureboot = secureboot(node)),
    diskImage: (node) =>
      fields("diskImage", node, { sectorSize: (node) => void (into.sectorSize = whole(node, 2 ** 31)) }),
  });
}

function secureboot(node: Node): NonNullable<Schematic["secureboot"]> {
  const found: NonNullable<Schematic["secureboot"]> = {};
  fields("secureboot", node, {
    enrollKeys: (node) => void (found.enrollKeys = string(node)),
    includeWellKnownCertificates: (node) => void (found.includeWellKnownCertificates = bool(node)),
  });
  return found;
}

function overlay(node: Node): NonNullable<Schematic["overlay"]> {
  const found: NonNullable<Schematic["overlay"]> = { image: "", name: "" };
  fields("overlay", node, {
    image: (node) => void (found.image = string(node)),
    name: (node) => void (found.name = string(node)),
    options: (node) => {
      const value = option(node);
      if (typeof value !== "object" || Array.isArray(value)) throw invalid("overlay.options is not a map");
      found.options = value ?? {};
    },
  });
  return found;
}

function metaValue(node: Node): { key: number; value: string } {
  const found = { key: 0, value: "" };
  fields("meta", node, {
    key: (node) => void (found.key = whole(node, 255)),
    value: (node) => void (found.value = string(node)),
  });
  return found;
}

/** Hands each value of a map to its reader. */
function fields(where: string, node: unknown, readers: Fields): void {
  if (isNothing(node)) return;
  if (!isMap(node)) throw isAlias(node) ? aliased() : invalid(`${where} is not a map`);
  for (const { key, value } of pairs(node)) {
    const reader = ownValue(readers, key);
    if (!reader) throw invalid(`${where} has no field "${key}"`);
    if (!isNothing(value)) reader(value as Node);
  }
}

function pairs(map: YAMLMap): { key: string; value: unknown }[] {
  plainNode(map);
  return map.items.map(({ key, value }) => ({ key: string(key), value }));
}

function items(node: Node): Node[] {
  plainNode(node);
  if (!isSeq(node)) throw invalid("a list is expected");
  if (node.items.some(isNothing)) throw uncertain("a list has an empty item");
  return node.items as Node[];
}

/** Nothing, `~` and `null` are what is left out, as in Go. */
function isNothing(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  plainNode(node);
  if (!isScalar(node) || node.type !== Scalar.PLAIN) return false;
  return ["", "~", "null", "Null", "NULL"].includes(String(node.value));
}

function plainNode(node: unknown): void {
  if (isAlias(node)) throw aliased();
  const { tag, anchor } = node as { tag?: string; anchor?: string };
  if (tag !== undefined || anchor !== undefined) throw uncertain("it uses YAML tags or anchors");
}

const aliased = () => uncertain("it uses YAML aliases");

function string(node: unknown): string {
  plainNode(node);
  if (!isScalar(node)) throw invalid("a text is expected");
  // Image Factory 1.5 refuses a date where a text is expected, older ones take it.
  if (node.type === Scalar.PLAIN && /^[0-9]{4}-[0-9]/.test(String(node.value)))
    throw uncertain(`"${String(node.value)}" may be a date; put it in quotes`);
  return isNothing(node) ? "" : String(node.value);
}

function unquoted(node: Node): string {
  const text = string(node);
  if (isScalar(node) && node.type !== Scalar.PLAIN) throw invalid(`${text} must not be in quotes`);
  return text;
}

function whole(node: Node, most: number): number {
  const text = unquoted(node);
  if (!/^(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+)$/.test(text)) throw uncertain(`"${text}" is not a plain number`);
  if (Number(text) > most) throw invalid(`${text} is more than ${most}`);
  return Number(text);
}

function bool(node: Node): boolean {
  const text = unquoted(node);
  if (text === "true" || text === "false") return text === "true";
  throw uncertain(`"${text}" is not plainly true or false`);
}

function bootloader(text: string): NonNullable<Schematic["bootloader"]> {
  if (text === "dual-boot" || text === "sd-boot" || text === "grub") return text;
  throw uncertain(`bootloader "${text}" is not known here`);
}

/** Plain scalars of a free map have a type; only those that every version reads alike are taken. */
function option(node: unknown): OptionValue {
  if (isNothing(node)) return null;
  plainNode(node);
  if (isMap(node)) return Object.fromEntries(pairs(node).map(({ key, value }) => [key, option(value)]));
  if (isSeq(node)) return node.items.map(option);
  if (!isScalar(node)) throw invalid("a value is expected");
  const text = String(node.value);
  if (node.type !== Scalar.PLAIN) return text;
  if (text === "true" || text === "false") return text === "true";
  if (/^(?:0|-?[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (/^[A-Za-z/][A-Za-z0-9_./,:=-]*$/.test(text)) return text;
  throw uncertain(`the type of the option value "${text}" is not known here; put it in quotes`);
}

const invalid = (reason: string) =>
  new RolesError("SCHEMATIC_INVALID", `not a schematic: ${reason}`, {
    hint: "Its fields are `overlay` and `customization`: see https://github.com/siderolabs/image-factory.",
  });
