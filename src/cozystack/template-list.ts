import { linesOf, notUnderstood } from "./lines.ts";
import type { SourceFile } from "./source.ts";
import type { Template } from "./template.ts";

/** One entry of the template's systemExtensions. */
export interface ListedImage {
  line: number;
  /** `AMD_UCODE` of `${AMD_UCODE_IMAGE}`. */
  variable: string;
  /** What the variable holds: the whole reference, or a version that follows `prefix/name:`. */
  kind: "image" | "version";
  prefix: string;
}

const whole = /^ {4}- imageRef: \$\{([A-Z0-9_]+)_IMAGE\}$/;
const versioned = /^ {4}- imageRef: (\S+)\/([a-z0-9-]+):\$\{([A-Z0-9_]+)_VERSION\}$/;

/** The run of images after `systemExtensions:`. Errors: LAYOUT_UNKNOWN for an entry that is not one image of the script's lists. */
export function templateList(script: SourceFile, { list, end }: Template): ListedImage[] {
  const lines = linesOf(script);
  const images: ListedImage[] = [];
  for (let line = list + 1; line < end && /^\s{3,}/.test(lines[line] ?? ""); line++) {
    images.push(imageAt(script, line, lines[line] ?? ""));
  }
  const [first, ...others] = images;
  const odd = others.find(({ kind, prefix }) => kind !== first?.kind || prefix !== first.prefix);
  if (odd) {
    const text = lines[odd.line];
    throw notUnderstood({
      file: script,
      line: odd.line,
      text,
      why: "an image from elsewhere than the others",
    });
  }
  return images;
}

function imageAt(script: SourceFile, line: number, text: string): ListedImage {
  const variable = whole.exec(text)?.[1];
  if (variable !== undefined) return { line, variable, kind: "image", prefix: "" };
  const [, prefix, name, version] = versioned.exec(text) ?? [];
  if (prefix !== undefined && version === variableOf(name ?? "")) {
    return { line, variable: version, kind: "version", prefix };
  }
  throw notUnderstood({ file: script, line, text, why: "not an image that the script looks up" });
}

/** As the script makes a variable's name of an extension's. */
const variableOf = (name: string): string => name.toUpperCase().replaceAll("-", "_");

interface Lists {
  firmwares: string[];
  extensions: string[];
}

/**
 * The two lists in the order of the template, with only the names that it emits: the script's own lists have another
 * order, and names that are looked up for nothing. Errors: LAYOUT_UNKNOWN.
 */
export function splitList(script: SourceFile, images: readonly ListedImage[], lists: Lists): Lists {
  const found: Lists = { firmwares: [], extensions: [] };
  for (const { variable, line } of images) {
    const same = (name: string): boolean => variableOf(name) === variable;
    const [firmware, extension] = [lists.firmwares.find(same), lists.extensions.find(same)];
    const text = linesOf(script)[line];
    if (extension !== undefined) found.extensions.push(extension);
    else if (firmware === undefined)
      throw notUnderstood({ file: script, line, text, why: "in neither list" });
    else if (found.extensions.length > 0) {
      throw notUnderstood({ file: script, line, text, why: "a firmware after an extension" });
    } else found.firmwares.push(firmware);
  }
  return found;
}
