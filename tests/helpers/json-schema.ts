// A validator for the part of JSON Schema (draft 2020-12) that our schemas use. A keyword it does not know is an error, so that nothing
// passes unread.

type Schema = Record<string, unknown>;
const annotations = new Set([
  "$schema",
  "$id",
  "title",
  "description",
  "default",
  "$defs",
  "format",
  "examples",
]);

interface Check {
  value: unknown;
  argument: unknown;
  schema: Schema;
  at: string;
  root: Schema;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const types: Record<string, (value: unknown) => boolean> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  null: (value) => value === null,
};
const say = (ok: boolean, at: string, what: string): string[] => (ok ? [] : [`${at || "/"}: ${what}`]);
const alike = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const passes = (value: unknown, schema: unknown, at: string, root: Schema) =>
  violations(value, schema, at, root).length === 0;

const keywords: Record<string, (check: Check) => string[]> = {
  type: ({ value, argument, at }) => {
    const wanted = [argument].flat() as string[];
    return say(
      wanted.some((type) => types[type]?.(value)),
      at,
      `is no ${wanted.join(" or ")}`,
    );
  },
  enum: ({ value, argument, at }) =>
    say(
      (argument as unknown[]).some((one) => alike(one, value)),
      at,
      "is not in the enum",
    ),
  const: ({ value, argument, at }) => say(alike(value, argument), at, "is not the constant"),
  pattern: ({ value, argument, at }) =>
    say(
      typeof value !== "string" || new RegExp(String(argument), "u").test(value),
      at,
      `does not match ${String(argument)}`,
    ),
  minimum: ({ value, argument, at }) =>
    say(typeof value !== "number" || value >= Number(argument), at, "is too small"),
  maximum: ({ value, argument, at }) =>
    say(typeof value !== "number" || value <= Number(argument), at, "is too large"),
  minItems: ({ value, argument, at }) =>
    say(!Array.isArray(value) || value.length >= Number(argument), at, "is too short"),
  minProperties: ({ value, argument, at }) =>
    say(!isObject(value) || Object.keys(value).length >= Number(argument), at, "has too few keys"),
  required: ({ value, argument, at }) =>
    isObject(value)
      ? (argument as string[]).flatMap((key) => say(Object.hasOwn(value, key), at, `lacks ${key}`))
      : [],
  properties: ({ value, argument, at, root }) =>
    isObject(value)
      ? Object.entries(argument as Schema).flatMap(([key, one]) =>
          Object.hasOwn(value, key) ? violations(value[key], one, `${at}/${key}`, root) : [],
        )
      : [],
  additionalProperties: ({ value, argument, schema, at, root }) =>
    isObject(value)
      ? Object.keys(value)
          .filter((key) => !Object.hasOwn((schema["properties"] ?? {}) as Schema, key))
          .flatMap((key) => violations(value[key], argument, `${at}/${key}`, root))
      : [],
  propertyNames: ({ value, argument, at, root }) =>
    isObject(value)
      ? Object.keys(value).flatMap((key) => violations(key, argument, `${at}/${key}`, root))
      : [],
  items: ({ value, argument, at, root }) =>
    Array.isArray(value)
      ? value.flatMap((one, index) => violations(one, argument, `${at}/${index}`, root))
      : [],
  anyOf: ({ value, argument, at, root }) =>
    say(
      (argument as unknown[]).some((one) => passes(value, one, at, root)),
      at,
      "fits none of anyOf",
    ),
  allOf: ({ value, argument, at, root }) =>
    (argument as unknown[]).flatMap((one) => violations(value, one, at, root)),
  $ref: ({ value, argument, at, root }) => {
    const parts = String(argument).split("/").slice(1);
    return violations(
      value,
      parts.reduce<unknown>((one, part) => (one as Schema)[part], root),
      at,
      root,
    );
  },
};

/** What is wrong with `value` by `schema`, one line each; nothing where it is valid. */
export function violations(value: unknown, schema: unknown, at = "", root = schema as Schema): string[] {
  if (schema === true) return [];
  if (schema === false) return [`${at}: is not allowed`];
  return Object.entries(schema as Schema).flatMap(([keyword, argument]) => {
    if (annotations.has(keyword)) return [];
    const check = keywords[keyword];
    if (!check) throw new Error(`this validator does not know the keyword ${keyword} (at ${at})`);
    return check({ value, argument, schema: schema as Schema, at, root });
  });
}
