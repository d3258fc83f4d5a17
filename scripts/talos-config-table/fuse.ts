// Joins what read-types.go printed for each Talos release into src/talos/config/table-kinds.ts and table-types.ts.
// Usage: npx tsx scripts/talos-config-table/fuse.ts 9=v1.9.json 10=v1.10.json … (minor version = file)
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Table {
  kinds: Record<string, string>;
  named: Record<string, boolean>;
  defs: Record<string, { name: string; type: string }[] | null>;
}

const tables = process.argv.slice(2).map((word) => {
  const [minor = "", path = ""] = word.split("=");
  return { minor: Number(minor), table: JSON.parse(readFileSync(path, "utf8")) as Table };
});
const first = tables[0]?.minor ?? 0;
const last = tables.at(-1)?.minor ?? 0;

/** `@10` since 1.10, `@-12` until 1.12, nothing where it holds for all. */
function range(minors: readonly number[]): string {
  const from = Math.min(...minors);
  const until = Math.max(...minors);
  if (from === first && until === last) return "";
  return `@${from === first ? "" : from}${until === last ? "" : `-${until}`}`;
}

const short = (type: string) => type.replaceAll("V1Alpha1", "").replaceAll(/\bv1alpha1\./g, "");

function gather<T>(
  pick: (table: Table) => readonly [string, T][],
): Map<string, { minors: number[]; value: T }> {
  const all = new Map<string, { minors: number[]; value: T }>();
  for (const { minor, table } of tables) {
    for (const [name, value] of pick(table)) {
      all.set(name, { minors: [...(all.get(name)?.minors ?? []), minor], value });
    }
  }
  return all;
}

const named = new Set(tables.flatMap(({ table }) => Object.keys(table.named)));
const kinds = [...gather(({ kinds }) => Object.entries(kinds))]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([kind, { minors, value }]) => `${kind}${range(minors)}${named.has(kind) ? "+" : ""} ${short(value)}`);
const defNames = [...new Set(tables.flatMap(({ table }) => Object.keys(table.defs)))].sort();
const defs = defNames.map((name) => {
  const fields = gather(({ defs }) =>
    (defs[name] ?? []).map(({ name: field, type }) => [field, type] as const),
  );
  const having = tables.filter(({ table }) => name in table.defs).map(({ minor }) => minor);
  const text = [...fields].map(([field, { minors, value }]) => {
    const whole = minors.length === having.length ? "" : range(minors);
    return `${field}${whole}:${short(value)}`;
  });
  return `${short(name)} ${text.join(" ")}`.trim();
});

const source = `// Made by scripts/talos-config-table (see its README) from the Go types of Talos' machinery module, releases 1.${first} to 1.${last}.\n`;
const write = (name: string, doc: string, lines: readonly string[]) =>
  writeFileSync(
    join(import.meta.dirname, `../../src/talos/config/${name}.ts`),
    `${source}\n${doc}\nexport const ${name === "table-kinds" ? "kindLines" : "typeLines"} = \`\n${lines.join("\n")}\n\`;\n`,
  );
write(
  "table-kinds",
  "/** `KIND[@SINCE[-UNTIL]][+] TYPE`: the kinds of config documents; `+` marks those whose name is part of their identity. */",
  kinds,
);
write(
  "table-types",
  `/**
 * \`TYPE FIELD[@SINCE[-UNTIL]]:KIND …\`. Kinds: s text, b boolean, i number (capital: may be absent, so that a zero counts), * anything,
 * [X] list, {X} map, else the name of a type; \`!\` a right-hand value replaces, \`#\` lists that Talos merges by key.
 */`,
  defs,
);
