import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** Why a block is not run by the test of the docs: said in a comment above it. */
export const marks = {
  "needs hardware or an account": "external",
  "run in the lab": "lab",
  "run with simulated nodes": "simulated",
  "run by make": "make",
} as const;

export interface Block {
  /** Relative to the repository. */
  file: string;
  line: number;
  language: string;
  text: string;
  mark: (typeof marks)[keyof typeof marks] | undefined;
}

/** Pages for people; what is generated from the code is held by its own tests. */
export const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
  "examples/cozystack-arm64/README.md",
];

export const pageText = (file: string): string => readFileSync(join(root, file), "utf8");

/** The fenced blocks of a page, in order. */
export function blocksOf(file: string): Block[] {
  const found: Block[] = [];
  const lines = pageText(file).split("\n");
  let mark: Block["mark"];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [, comment] = /^<!--\s*(.*?)\s*-->$/.exec(line.trim()) ?? [];
    if (comment !== undefined) mark = marks[comment as keyof typeof marks];
    else if (line.startsWith("```")) {
      const end = lines.indexOf("```", at + 1);
      found.push({
        file,
        line: at + 1,
        language: line.slice(3).trim(),
        text: lines.slice(at + 1, end).join("\n"),
        mark,
      });
      mark = undefined;
      at = end;
    } else if (line.trim() !== "") mark = undefined;
  }
  return found;
}

/** Command lines of the program in a block of shell, continued lines joined, redirections and pipes cut off. */
export const commandLines = ({ text }: Block): string[] =>
  text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/^\$ /, "").trim())
    .filter((line) => line.startsWith("talos-roles "))
    .map((line) => line.replace(/\s(?:#|[|>&;]).*$/, ""));
