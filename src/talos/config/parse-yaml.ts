import { type Document, LineCounter, parseAllDocuments } from "yaml";
import { convertRoot } from "./convert-yaml.ts";
import { hole, prepare } from "./templates.ts";
import type { At, ConfigNode } from "./tree.ts";

export interface YamlDocument {
  at: At;
  /** Undefined for an empty document. */
  root: ConfigNode | undefined;
  /** A template inserts lines here that are not seen. */
  open: boolean;
  /** The whole document stands under a template's condition. */
  maybe: boolean;
}

export interface ParsedYaml {
  documents: YamlDocument[];
  templated: boolean;
  /** Why it is not YAML, at its first place; then there are no documents. */
  problem?: { message: string; at: At };
}

/** Reads all documents of a file, or of a block inside one that begins at `start`, templates and all, with places kept. Never throws. */
export function parseYaml(text: string, start: string | At): ParsedYaml {
  const origin = typeof start === "string" ? { file: start, line: 1, column: 1 } : start;
  const prepared = prepare(text);
  const { templated, conditional, insertions } = prepared;
  const lines = new LineCounter();
  const line = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const at = (offset: number): At => ({
    file: origin.file,
    line: line(offset) + origin.line - 1,
    column: Math.max(1, lines.linePos(offset).col) + origin.column - 1,
  });
  const parsed = parseAllDocuments(prepared.text, {
    lineCounter: lines,
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) {
    const message = error.message.replaceAll(hole, "…");
    return { documents: [], templated, problem: { message, at: at(error.pos[0]) } };
  }
  const isMaybe = (offset: number): boolean => conditional[line(offset) - 1] ?? false;
  const source = {
    lines: text.replaceAll("\r\n", "\n").split("\n"),
    line,
    at,
    isMaybe,
    shift: origin.column - 1,
  };
  const convert = (document: Document.Parsed): YamlDocument => {
    const [begin, end] = document.range;
    const first = document.contents?.range?.[0] ?? begin;
    return {
      at: at(first),
      root: convertRoot(document, source),
      open: insertions.some((insertion) => insertion >= line(begin) && insertion <= line(end)),
      maybe: isMaybe(first),
    };
  };
  try {
    return { documents: documents.map(convert), templated };
  } catch (cause) {
    return { documents: [], templated, problem: { message: (cause as Error).message, at: at(0) } };
  }
}
