import { type Lines, linesOf, notUnderstood, onlyLine } from "./lines.ts";
import type { SourceFile } from "./source.ts";
import { type ListedImage, splitList, templateList } from "./template-list.ts";
import { templateOf } from "./template.ts";

/** Default of both lists, in the order in which profiles have them. */
interface DefaultLists {
  firmwares: string[];
  extensions: string[];
}

interface EditedScript {
  text: string;
  defaults: DefaultLists;
}

/**
 * Gives `gen-profiles.sh` its parameters ARCH, EXTENSIONS and FIRMWARES. Without them it writes the same profiles as
 * before, byte for byte. Errors: LAYOUT_UNKNOWN with the line that was not understood.
 */
export function editScript(script: SourceFile): EditedScript {
  const template = templateOf(script);
  const images = templateList(script, template);
  const firmwares = onlyLine(script, /^FIRMWARES="[a-z0-9 -]*"$/, 'line FIRMWARES="…"');
  const extensions = onlyLine(script, /^EXTENSIONS="[a-z0-9 -]*"$/, 'line EXTENSIONS="…"');
  const words = (line: number): string[] => linesOf(script)[line]?.match(/[a-z0-9][a-z0-9-]*/g) ?? [];
  const defaults = splitList(script, images, { firmwares: words(firmwares), extensions: words(extensions) });
  const edits = new Map<number, string[]>([
    [firmwares, [`FIRMWARES="\${FIRMWARES-${defaults.firmwares.join(" ")}}"`]],
    [extensions, [`EXTENSIONS="\${EXTENSIONS-${defaults.extensions.join(" ")}}"`, ...architecture]],
    ...loopEdits(script, "firmware", images),
    ...loopEdits(script, "extension", images),
    ...templateEdits(script, template.start, template.end),
    [template.list, ["  systemExtensions:${system_extensions:- []}"]],
    ...images.map(({ line }): [number, string[]] => [line, []]),
  ]);
  const edited = overrideArch(linesOf(script).flatMap((text, line) => edits.get(line) ?? [text]));
  refuseLeftovers(script, edited, edits);
  return { text: edited.join("\n"), defaults };
}

const architecture = [
  "ARCH=${ARCH:-amd64}",
  "",
  'case "$ARCH" in',
  "  amd64|arm64) ;;",
  `  *) echo "ARCH is amd64 or arm64, not $ARCH" >&2; exit 1 ;;`,
  "esac",
  'system_extensions=""',
];

/** In a loop that looks images up: what it found becomes a line of the list, and what it did not find ends the script. */
function loopEdits(script: SourceFile, word: string, images: readonly ListedImage[]): [number, string[]][] {
  const lines = linesOf(script);
  const begin = onlyLine(
    script,
    new RegExp(`^for ${word} in \\$${word.toUpperCase()}S; do$`),
    `loop over ${word}s`,
  );
  const end = lines.indexOf("done", begin);
  const inLoop = (pattern: RegExp, what: string): number => {
    const found = lines.findIndex((text, line) => line > begin && line < end && pattern.test(text));
    if (found < 0)
      throw notUnderstood({ file: script, line: begin, text: lines[begin], why: `no ${what} in the loop` });
    return found;
  };
  const exported = inLoop(
    new RegExp(`^\\s*export "\\$${word}_var=\\$(image|version)"$`),
    `export of $${word}_var`,
  );
  const found = /=\$(image|version)"$/.exec(lines[exported] ?? "")?.[1] ?? "";
  const lookup = inLoop(new RegExp(`^\\s*${found}=\\$\\(.*\\)$`), `line ${found}=$(…)`);
  const name = inLoop(new RegExp(`^\\s*${word}_var=`), `line ${word}_var=…`);
  const prefix = images.find((image) => image.kind === found)?.prefix;
  if (prefix === undefined) {
    throw notUnderstood({
      file: script,
      line: exported,
      text: lines[exported],
      why: "the template does not use it",
    });
  }
  return [
    [name, []],
    [lookup, guarded(lines[lookup] ?? "", found, word)],
    [
      exported,
      [
        '  system_extensions="$system_extensions',
        `    - imageRef: ${prefix ? `${prefix}/$${word}:` : ""}$${found}"`,
      ],
    ],
  ];
}

/** A name without an image was silent before: an empty tag, or an end without a word. */
function guarded(lookup: string, found: string, word: string): string[] {
  const complain = `{ echo "there is no ${word} $${word} for Talos $TALOS_VERSION" >&2; exit 1; }`;
  return found === "image" ? [`${lookup} || ${complain}`] : [lookup, `  [ -n "$version" ] || ${complain}`];
}

/** Inside the template: the architecture, and the folder that its kernel and initramfs lie in. */
function templateEdits(script: SourceFile, start: number, end: number): [number, string[]][] {
  return linesOf(script).flatMap((text, line): [number, string[]][] => {
    if (line <= start || line >= end || !text.includes("amd64")) return [];
    const edited = text
      .replace(/^arch: amd64$/, "arch: ${ARCH}")
      .replace(/^(\s+path: \/usr\/install\/)amd64(\/[\w.-]+)$/, "$1${ARCH}$2");
    return [[line, [edited]]];
  });
}

const overrideArch = (lines: Lines): string[] =>
  lines.map((text) => text.replaceAll("--override-arch amd64", '--override-arch "$ARCH"'));

/** What still names an architecture, or a parameter's name that the script used before, was not understood. */
function refuseLeftovers(
  script: SourceFile,
  edited: Lines,
  edits: ReadonlyMap<number, readonly string[]>,
): void {
  linesOf(script).forEach((text, line) => {
    if (/\bARCH\b/.test(text)) throw notUnderstood({ file: script, line, text, why: "it uses ARCH already" });
    const after = overrideArch(edits.get(line) ?? [text]);
    const left = after.some((one) => one.includes("amd64") && !architecture.includes(one));
    if (left) throw notUnderstood({ file: script, line, text, why: "an amd64 that is not understood" });
    if (/_(?:IMAGE|VERSION)\}?/.test(text) && edits.get(line) === undefined && !/TALOS_VERSION/.test(text)) {
      throw notUnderstood({ file: script, line, text, why: "it uses an image that is no longer exported" });
    }
  });
  if (!edited.some((text) => text.includes("${ARCH}"))) {
    throw notUnderstood({ file: script, why: "its template names no architecture" });
  }
}
