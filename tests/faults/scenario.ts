import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultKind } from "./inject.ts";
import type { SmallUpstream } from "../helpers/small-upstream.ts";

/** What a command writes, and what must hold of it after a fault. */
export interface Scenario {
  name: string;
  /** Puts the old state into an empty folder. */
  prepare: (folder: string, world: World) => Promise<void>;
  args: (world: World, folder: string) => readonly string[];
  /** What kinds of fault it is put through. */
  kinds: readonly FaultKind[];
  /** Faults are counted by what it sends over the network. */
  sends?: boolean;
  /** Files that are results: each must be as it was, absent if it was absent, or as a run without faults leaves it. */
  isResult: (path: string) => boolean;
  /** The state where it is not one of files: names, and what stands behind each. */
  stateOf?: (folder: string, world: World) => Promise<Map<string, string>>;
  /** A file that must not be new unless every other result is. */
  last?: string;
  /** Whether a result that is neither old nor new is true all the same, such as a record of what is there by now. */
  isSound?: (folder: string, path: string) => boolean;
  /** It runs on after it has said this, and is then ended as by Ctrl-C. */
  stays?: string;
  /** It refuses to run again once its result is there. */
  once?: boolean;
}

export interface World {
  upstream: SmallUpstream;
}

/** Paths below a folder with what is in them; links and empty folders do not count. */
export function snapshot(folder: string, isResult: (path: string) => boolean): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && isResult(path))
      found.set(
        path,
        createHash("sha256")
          .update(readFileSync(join(folder, path)))
          .digest("hex"),
      );
  }
  return found;
}

export interface States {
  before: ReadonlyMap<string, string>;
  after: ReadonlyMap<string, string>;
}

/** What is neither old nor new, in words; empty when all is well. */
export function mixtures(
  now: ReadonlyMap<string, string>,
  { before, after }: States,
  last?: string,
): string[] {
  const wrong: string[] = [];
  for (const path of new Set([...before.keys(), ...after.keys(), ...now.keys()])) {
    const content = now.get(path);
    if (content !== before.get(path) && content !== after.get(path))
      wrong.push(`${path} is neither old nor new`);
  }
  const isNew = (path: string): boolean => now.get(path) === after.get(path);
  if (last !== undefined && before.get(last) !== after.get(last) && isNew(last))
    for (const path of after.keys()) if (!isNew(path)) wrong.push(`${last} is new, but ${path} is not`);
  return wrong;
}

export const upstreamMirror = ({ upstream }: World): readonly string[] => [
  "--mirror",
  `ghcr.io=${upstream.registry.url}`,
];
