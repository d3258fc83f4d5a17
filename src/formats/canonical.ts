import { createHash } from "node:crypto";

/** JSON with the keys of every object sorted by their bytes and no white space: one text for one value. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** Lower-case hex sha256 of the canonical JSON: the identity of what is made from these inputs. */
export const contentKey = (inputs: unknown): string =>
  createHash("sha256").update(canonicalJson(inputs)).digest("hex");
