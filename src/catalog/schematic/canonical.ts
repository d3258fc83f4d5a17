import type { OptionValue, Schematic } from "./model.ts";
import { scalar, uncertain } from "./scalar.ts";

/** Lines of a node, without the indent of where it stands; `inline` is written behind its key. */
interface Node {
  inline?: string;
  lines: string[];
}

const step = "    ";
/** In an item of a list, what belongs to it stands two columns further, not four. */
const itemStep = "  ";
const indented = (lines: readonly string[], by = step): string[] =>
  lines.map((line) => (line === "" ? "" : by + line));

/** A block's lines stand one step deeper than its key or dash. */
const text = (value: string, by = step): Node => {
  const [inline = "", ...lines] = scalar(value).split("\n");
  return { inline, lines: indented(lines, by) };
};
const plain = (value: string | number | boolean): Node => ({ inline: String(value), lines: [] });

function mapping(entries: readonly (readonly [string, Node | undefined])[]): Node | undefined {
  const lines = entries.flatMap(([key, node]) =>
    node === undefined
      ? []
      : node.inline === undefined
        ? [`${key}:`, ...indented(node.lines)]
        : [`${key}: ${node.inline}`, ...node.lines],
  );
  return lines.length === 0 ? undefined : { lines };
}

function sequence(items: readonly Node[]): Node | undefined {
  const lines = items.flatMap(({ inline, lines }) => {
    const [first, ...rest] = inline === undefined ? lines : [inline, ...lines];
    return [`- ${first ?? ""}`, ...(inline === undefined ? indented(rest, itemStep) : rest)];
  });
  return lines.length === 0 ? undefined : { lines };
}

const texts = (values: readonly string[] | undefined): Node | undefined =>
  sequence((values ?? []).map((value) => text(value, itemStep)));
const given = (value: string | undefined): Node | undefined => (value ? text(value) : undefined);

/** The canonical YAML whose sha256 is the schematic's id. Errors: SCHEMATIC_UNCERTAIN where versions of Image Factory differ. */
export function canonicalSchematic(schematic: Schematic): string {
  const { overlay, secureboot, meta = [], sectorSize, bootloader } = schematic;
  const customization = mapping([
    ["embeddedMachineConfiguration", given(schematic.embeddedMachineConfiguration)],
    ["extraKernelArgs", texts(schematic.extraKernelArgs)],
    ["meta", sequence(meta.map(({ key, value }) => metaValue(key, value)))],
    ["systemExtensions", mapping([["officialExtensions", texts(schematic.officialExtensions)]])],
    ["bootloader", given(bootloader)],
    [
      "secureboot",
      mapping([
        ["enrollKeys", given(secureboot?.enrollKeys)],
        ["includeWellKnownCertificates", secureboot?.includeWellKnownCertificates ? plain(true) : undefined],
      ]),
    ],
    ["diskImage", mapping([["sectorSize", sectorSize ? plain(sectorSize) : undefined]])],
  ]);
  const whole = mapping([
    ["overlay", overlay && overlayNode(overlay)],
    ["customization", customization ?? { inline: "{}", lines: [] }],
  ]);
  return `${(whole?.lines ?? []).join("\n")}\n`;
}

const metaValue = (key: number, value: string): Node =>
  mapping([
    ["key", plain(key)],
    ["value", text(value, itemStep)],
  ]) ?? { lines: [] };

function overlayNode({ image, name, options = {} }: NonNullable<Schematic["overlay"]>): Node | undefined {
  if (image === "" && name === "" && Object.keys(options).length === 0) return undefined;
  return mapping([
    ["image", text(image)],
    ["name", text(name)],
    ["options", Object.keys(options).length === 0 ? undefined : optionNode(options)],
  ]);
}

/** Free maps are sorted "naturally" by Image Factory; only keys for which that is the plain order are known here. */
function optionNode(value: OptionValue): Node {
  if (value === null) return plain("null");
  if (typeof value === "string") return text(value);
  if (typeof value !== "object") return plain(value);
  if (Array.isArray(value)) return sequence(value.map(optionItem)) ?? plain("[]");
  const keys = Object.keys(value).sort();
  const known =
    keys.every((key) => /^[A-Za-z]+$/.test(key)) || keys.every((key) => /^[a-z][a-z_]*$/.test(key));
  if (!known || keys.some((key) => key !== scalar(key)))
    throw uncertain(`the order or form of the option names ${keys.join(", ")} is not known here`);
  return mapping(keys.map((key) => [key, optionNode(value[key] ?? null)])) ?? plain("{}");
}

function optionItem(value: OptionValue): Node {
  if (typeof value === "object" && value !== null) throw uncertain("an option has lists of lists or of maps");
  return typeof value === "string" ? text(value, itemStep) : optionNode(value);
}
