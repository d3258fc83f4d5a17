import { parse } from "semver";
import { RolesError } from "../errors.ts";

type Version = readonly [number, number, number];
type Test = (version: Version) => boolean;

const operators = ["", "=", "==", "!", "!=", ">", ">=", "<", "<="] as const;
type Operator = (typeof operators)[number];

/**
 * Whether `talosVersion` (`vX.Y.Z`; a pre-release counts as its release) lies in the compatibility range of an extension's manifest.
 * The syntax is that of blang/semver ParseRange, which Talos uses: a space is AND, `||` is OR, `1.2.x` a wildcard, and every `v` before a
 * digit is dropped first. An empty range holds for every version. Errors: EXTENSION_INVALID for a range that Talos could not read.
 */
export function isCompatible(range: string, talosVersion: string, where: string): boolean {
  const version = triple(talosVersion);
  if (!version)
    throw new RolesError("ROLES_INVALID", `"${talosVersion}" is not a Talos version`, {
      hint: "Write it as v1.13.6.",
    });
  const text = range.replace(/v(?=\d)/g, "").trim();
  if (text === "") return true;
  const place = `${where}: compatibility range "${range}"`;
  const alternatives = text
    .split("||")
    .map((part) => words(part).map((word) => parseComparison(word, place)));
  if (alternatives.some((tests) => tests.length === 0)) throw unreadable(place);
  return alternatives.some((tests) => tests.every((test) => test(version)));
}

/** An operator may stand apart from its version. */
const words = (text: string): string[] =>
  text
    .replace(/([<>=!])\s+/g, "$1")
    .split(/\s+/)
    .filter(Boolean);

function parseComparison(word: string, where: string): Test {
  const [, operator = "", text = ""] = /^([<>=!]*)(.*)$/.exec(word) ?? [];
  if (!isOperator(operator)) throw unreadable(where);
  const bounds = text.includes("x") ? wildcard(text) : exact(text);
  if (!bounds) throw unreadable(where);
  return comparison(operator, bounds);
}

const isOperator = (text: string): text is Operator => (operators as readonly string[]).includes(text);

/** First version inside and first version after what was written. */
interface Bounds {
  from: Version;
  after: Version;
}

function exact(text: string): Bounds | undefined {
  const from = triple(text);
  // A pre-release stands just before its release, and Talos compares releases only.
  const next = text.includes("-") ? 0 : 1;
  return from && { from, after: [from[0], from[1], from[2] + next] };
}

function wildcard(text: string): Bounds | undefined {
  const [, major, minor] = /^(\d+)(?:\.(\d+))?(?:\.x){1,2}$/.exec(text) ?? [];
  if (major === undefined || text.split(".").length > 3) return undefined;
  if (minor === undefined) return { from: [Number(major), 0, 0], after: [Number(major) + 1, 0, 0] };
  return { from: [Number(major), Number(minor), 0], after: [Number(major), Number(minor) + 1, 0] };
}

function comparison(operator: Operator, { from, after }: Bounds): Test {
  const atLeast: Test = (version) => compare(version, from) >= 0;
  const beyond: Test = (version) => compare(version, after) >= 0;
  const inside: Test = (version) => atLeast(version) && !beyond(version);
  const outside: Test = (version) => !inside(version);
  return {
    "": inside,
    "=": inside,
    "==": inside,
    "!": outside,
    "!=": outside,
    ">": beyond,
    ">=": atLeast,
    "<": (version: Version) => !atLeast(version),
    "<=": (version: Version) => !beyond(version),
  }[operator];
}

const compare = (one: Version, other: Version): number =>
  one[0] - other[0] || one[1] - other[1] || one[2] - other[2];

function triple(text: string): Version | undefined {
  const version = parse(text);
  return version ? [version.major, version.minor, version.patch] : undefined;
}

const unreadable = (where: string) =>
  new RolesError("EXTENSION_INVALID", `${where} cannot be read`, {
    hint: "Report it to the extension's author.",
  });
