import { z } from "zod";
import { alternatives, nearest } from "./nearest.ts";

/** A map that takes only these keys. An unknown key gets one line of message each, with the nearest known key. */
export function strict<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => unknownKey(key, known)).join("\n");
      }
      return issue.code === "invalid_type" ? `a map with ${alternatives(known)} is expected here` : undefined;
    },
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known, 1);
  const advice = near.length > 0 ? `did you mean ${alternatives(near)}?` : `known here: ${known.join(", ")}`;
  return `unknown key \`${key}\`; ${advice}`;
}

/** Text of a pattern; `expected` is what the error asks for. */
export const text = (expected: string, pattern: RegExp) =>
  z.string(`${expected} is expected here`).regex(pattern, `${expected} is expected here`);
/** One line of text. */
export const line = (what: string) => text(what, /^[^\r\n]+$/);
/** One word of a fixed set; a near miss is named. */
export const words = <const T extends readonly string[]>(values: T) =>
  z.enum(values, {
    error: ({ input }) => {
      const near = typeof input === "string" ? nearest(input, values, 1) : [];
      return `${near.length > 0 ? `did you mean ${alternatives(near)}? ` : ""}one of ${values.join(", ")} is expected here`;
    },
  });
export const flag = z.boolean("true or false is expected here");
export const list = <T extends z.ZodType>(item: T, what: string) =>
  z.array(item, `a list of ${what} is expected here`);
/** One value, or a list of them. */
export const oneOrMore = <T extends z.ZodType>(item: T, what: string) =>
  z.union([item, list(item, what).min(1, `at least one of the ${what} is needed`)], {
    error: `${what}: one, or a list, is expected here`,
  });

/** A key that may be left out, with what it is for and what it means then: both reach the JSON Schema and the reference. */
export const optional = <T extends z.ZodType>(schema: T, description: string, fallback?: unknown) =>
  schema.optional().meta({ description, ...(fallback === undefined ? {} : { default: fallback }) });

/** A key that must be there, with what it is for. */
export const required = <T extends z.ZodType>(schema: T, description: string) => schema.meta({ description });

/** A whole list, or changes to the one that `like` brings. */
export const edits = <T extends z.ZodType>(item: T, what: string) =>
  z.union(
    [
      list(item, what),
      strict({
        add: optional(list(item, what), `The ${what} to add to those that \`like\` brings.`, []),
        remove: optional(list(item, what), `The ${what} to take away from those that \`like\` brings.`, []),
      }),
    ],
    { error: `a list of ${what}, or \`{add: […], remove: […]}\` with \`like\`, is expected here` },
  );
