import { readFileSync } from "node:fs";
import type { SourceOf } from "../report/text.ts";

/** Files that diagnostics point into, each read once; undefined for what is no readable file. */
export function sourceReader(): SourceOf {
  const texts = new Map<string, string | undefined>();
  return (file) => {
    if (!texts.has(file)) texts.set(file, read(file));
    return texts.get(file);
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
