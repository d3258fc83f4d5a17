import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../../errors.ts";

/** Where packages of any Debian release come from: base addresses as apt's sources write them. */
export interface DebianMirror {
  main: string;
  /** Security updates have their own archive. */
  security: string;
}

interface Source {
  uri: string;
  suite: string;
}

const release = /^(?:bullseye|bookworm|trixie|forky|stable|testing|sid|unstable)(?:-updates)?$/;
const securityRelease = /^(?:bullseye|bookworm|trixie|forky|stable|testing)-security$/;

/**
 * The Debian mirror that this machine's own apt is set up with, from `/etc/apt/sources.list` and `sources.list.d` in both of apt's
 * notations (sources.list(5)). Errors: PACKAGES_UNAVAILABLE when it has none, as on another distribution.
 */
export async function machineMirror(folder = "/etc/apt"): Promise<DebianMirror> {
  const sources = (await sourceTexts(folder)).flatMap(({ name, text }) =>
    name.endsWith(".sources") ? fromStanzas(text) : fromLines(text),
  );
  const main = sources.find(({ suite }) => release.test(suite))?.uri;
  const security = sources.find(({ suite }) => securityRelease.test(suite))?.uri;
  if (main === undefined) {
    throw new RolesError("PACKAGES_UNAVAILABLE", `apt on this machine has no Debian mirror in ${folder}`, {
      hint: "The stand-in upstream is made of Debian packages: name a mirror with --debian-mirror URL.",
    });
  }
  return { main, security: security ?? securityBeside(main) };
}

/** A mirror by its address alone: most carry the security archive beside the main one. */
export const mirrorAt = (main: string): DebianMirror => ({ main, security: securityBeside(main) });

const securityBeside = (main: string): string => `${main.replace(/\/+$/, "")}-security`;

async function sourceTexts(folder: string): Promise<{ name: string; text: string }[]> {
  const parts = (await readdir(join(folder, "sources.list.d")).catch(() => []))
    .filter((name) => /\.(?:list|sources)$/.test(name))
    .sort()
    .map((name) => join("sources.list.d", name));
  return Promise.all(
    ["sources.list", ...parts].map(async (name) => ({
      name,
      text: await readFile(join(folder, name), "utf8").catch(() => ""),
    })),
  );
}

function fromLines(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const [, uri, suite] = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)/.exec(line) ?? [];
    return uri !== undefined && suite !== undefined ? [{ uri, suite }] : [];
  });
}

function fromStanzas(text: string): Source[] {
  const plain = text.replaceAll(/^#.*\n?/gm, "");
  return plain.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] =>
      (new RegExp(`^${name}:((?:.*\\n?)(?:[ \\t].*\\n?)*)`, "im").exec(stanza)?.[1] ?? "")
        .split(/\s+/)
        .filter((word) => word !== "");
    if (!field("Types").includes("deb") || field("Enabled")[0] === "no") return [];
    return field("URIs").flatMap((uri) => field("Suites").map((suite) => ({ uri, suite })));
  });
}
