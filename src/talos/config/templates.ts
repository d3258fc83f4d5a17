/** Stands for text that a template will write; a private-use character, so that no real config has it. */
export const hole = "\uE000";

export interface PreparedText {
  /** Same lines and columns as the original, but readable as YAML. */
  text: string;
  /** For each line: it stands under a template's condition or loop. Empty where nothing is conditional. */
  conditional: readonly boolean[];
  /** 1-based lines where a template inserts lines that are not seen here. */
  insertions: readonly number[];
  templated: boolean;
}

const blockLine = /^\s*(?:\{%.*%\}|\{\{.*\}\}|%\{.*\}|\{#.*#\}|#\}|\{#)\s*$/;
const opens =
  /^\s*(?:\{%-?\s*(?:if|for|macro|filter|call)\b|\{\{-?\s*(?:if|range|with|define|block)\b|%\{~?\s*(?:if|for)\b)/;
const closes = /^\s*(?:\{%-?\s*end|\{\{-?\s*end\b|%\{~?\s*end)/;
const inserts = /^\s*(?:\{\{|\{%-?\s*include\b)/;
const otherwise = /^\s*(?:\{%-?\s*el|\{\{-?\s*else\b|%\{~?\s*else)/;
const anyTemplate = /\{\{|\{%|%\{|\$\{|\{#|\$\$/;

/**
 * Makes a templated file readable: expressions of envsubst, Go, jinja, helm and terraform become holes of the same length, their block
 * lines comments; both branches of a condition are kept. `$$` is the escaped `$` of envsubst (facts: real-configs §4).
 */
export function prepare(text: string): PreparedText {
  const clean = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (!anyTemplate.test(clean)) return { text: clean, conditional: [], insertions: [], templated: false };
  const insertions: number[] = [];
  const conditional: boolean[] = [];
  let depth = 0;
  const lines = clean.split("\n").map((line, index) => {
    const block = blockLine.test(line);
    if (block && closes.test(line)) depth = Math.max(0, depth - 1);
    conditional.push(depth > 0);
    if (!block) return fillHoles(line);
    if (opens.test(line)) depth += 1;
    else if (
      inserts.test(line) &&
      !closes.test(line) &&
      !otherwise.test(line) &&
      !/^\s*\{\{-?\s*\/\*/.test(line)
    )
      insertions.push(index + 1);
    return `${/^\s*/.exec(line)?.[0] ?? ""}#${hole}`;
  });
  return { text: lines.join("\n"), conditional, insertions, templated: true };
}

/** Every `{{…}}`, `{%…%}`, `%{…}` and `${…}` of a line as holes; braces may nest. `$$` becomes ` $`, keeping columns. */
function fillHoles(line: string): string {
  let out = "";
  for (let at = 0; at < line.length;) {
    if (line.startsWith("$$patch", at)) {
      out += "$patch";
      at += 7;
      continue;
    }
    const end = expressionEnd(line, at);
    if (end === undefined) {
      out += line[at];
      at += 1;
      continue;
    }
    out += hole.repeat(end - at);
    at = end;
  }
  return out;
}

function expressionEnd(line: string, at: number): number | undefined {
  const start = line.slice(at, at + 2);
  if (start === "{{" || start === "{%") {
    const close = line.indexOf(start === "{{" ? "}}" : "%}", at + 2);
    return close < 0 ? undefined : close + 2;
  }
  if (start !== "${" && start !== "%{") return undefined;
  let depth = 0;
  for (let index = at + 1; index < line.length; index += 1) {
    if (line[index] === "{") depth += 1;
    if (line[index] === "}") depth -= 1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}
