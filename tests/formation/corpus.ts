import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { FormationInput } from "../../src/formation/model.ts";
import { type Given, inputOf } from "./judge-case.ts";
import { type FolderCase, folderInput } from "./judge-folder.ts";
import { type CorpusCase, sideInput } from "./rule-case.ts";

/** Something that is judged, wherever in the corpus it stands. */
export interface CorpusEntry {
  /** Folder of the corpus. */
  part: "clusters" | "rules" | "recipes" | "shapes";
  name: string;
  input: () => Promise<FormationInput>;
}

interface Cluster {
  given: Given;
  files?: Record<string, string>;
  roles?: string;
}

const texts = <T>(part: CorpusEntry["part"]): [name: string, content: T][] => {
  const folder = join(import.meta.dirname, part);
  return readdirSync(folder)
    .sort()
    .map((name) => [name, parse(readFileSync(join(folder, name), "utf8"), { merge: true }) as T]);
};

/** Every set of nodes that `check` is tested on, as it is judged. */
export function corpus(): CorpusEntry[] {
  return [...clusters(), ...ruleSides(), ...folders("recipes"), ...folders("shapes")];
}

const clusters = (): CorpusEntry[] =>
  texts<Cluster>("clusters").map(([name, { given, files = {}, roles }]) => ({
    part: "clusters",
    name,
    input: () => inputOf({ given, files, ...(roles === undefined ? {} : { roles }) }),
  }));

const ruleSides = (): CorpusEntry[] =>
  texts<{ cases: CorpusCase[] }>("rules").flatMap(([name, { cases }]) =>
    cases.flatMap((one) =>
      (["bad", "good"] as const).map((side): CorpusEntry => ({
        part: "rules",
        name: `${name}, ${one.about}: ${side}`,
        input: () => sideInput(one, one[side]),
      })),
    ),
  );

const folders = (part: "recipes" | "shapes"): CorpusEntry[] =>
  texts<FolderCase[] | { cases: FolderCase[] }>(part).flatMap(([name, content]) =>
    (Array.isArray(content) ? content : content.cases).map((one): CorpusEntry => ({
      part,
      name: `${name}, ${one.about}`,
      input: () => folderInput(one),
    })),
  );
