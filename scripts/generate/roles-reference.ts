// Every key of roles.yaml, from its JSON Schema.
import { rolesJsonSchema } from "../../src/roles/json-schema.ts";

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  $defs?: Record<string, Schema>;
}

const root = rolesJsonSchema() as Schema;
const resolved = (schema: Schema): Schema =>
  schema.$ref ? { ...root.$defs?.[schema.$ref.replace("#/$defs/", "")], ...schema } : schema;
const alternatives = ({ anyOf, oneOf }: Schema): readonly Schema[] => (anyOf ?? oneOf ?? []).map(resolved);

/** What may stand there, in a few words. */
function kind(given: Schema): string {
  const schema = resolved(given);
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(" or ");
  const several = alternatives(schema);
  if (several.length > 0) return [...new Set(several.map(kind))].join(", or ");
  if (schema.type === "array") return `list of ${schema.items ? kind(schema.items) : "anything"}`;
  if (schema.type === "object") return "map";
  return (
    { string: "text", integer: "number", boolean: "true or false" }[schema.type ?? ""] ??
    schema.type ??
    "anything"
  );
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

interface Row {
  key: string;
  schema: Schema;
  /** Of a key in one of several alternatives only that alternative asks for it. */
  needed: "always" | "here" | "never";
}

function rows(given: Schema, prefix: string, needed: Row["needed"] = "always"): Row[] {
  const schema = resolved(given);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    return [
      { key, schema: resolved(child), needed: schema.required?.includes(name) ? needed : ("never" as const) },
      ...rows(child, key),
    ];
  });
  const named =
    typeof schema.additionalProperties === "object"
      ? rows(schema.additionalProperties, `${prefix}.<name>`)
      : [];
  const listed = schema.items ? rows(schema.items, `${prefix}[]`) : [];
  return [...own, ...named, ...listed, ...alternatives(schema).flatMap((one) => rows(one, prefix, "here"))];
}

function line({ key, schema, needed }: Row): string {
  const fallback =
    schema.default === undefined
      ? { always: "**required**", here: "needed in this form", never: "" }[needed]
      : code(schema.default);
  return `| \`${key}\` | ${cell(kind(schema))} | ${cell(fallback)} | ${cell(schema.description ?? "")} |`;
}

const intro = `# roles.yaml

Written by \`npm run generate\` from the schema that the loader uses. Only \`roles\` is required. \`talos-roles check --show-defaults\`
prints a file with every default filled in; editors complete and check it through the first line that \`talos-roles init\` writes.
`;

export const path = "docs/reference/roles-yaml.md";
export const generate = (): string => {
  const seen = new Set<string>();
  const all = rows(root, "").filter(({ key }) => key !== "$schema" && !seen.has(key) && seen.add(key));
  const tops = [...new Set(all.map(({ key }) => key.split(/[.[]/)[0] ?? ""))];
  const sections = tops.map((top) => {
    const own = all.filter(({ key }) => key.split(/[.[]/)[0] === top);
    return `## ${top}\n\n| key | value | default | what it is |\n|---|---|---|---|\n${own.map(line).join("\n")}\n`;
  });
  return [intro, ...sections].join("\n");
};
