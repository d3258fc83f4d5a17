import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { writeFileWhole } from "../formats/files.ts";
import type { SeenBoot } from "./causes/cause.ts";
import type { ObservedNode } from "./cluster-verdict.ts";

/** Boots by node name. A node forgets its earlier boots; a loop and a rollback only show to who remembers them. */
export type BootMemory = Map<string, SeenBoot[]>;

const schema = z.object({
  version: z.literal(1),
  nodes: z.record(
    z.string(),
    z.array(
      z.object({
        bootId: z.string(),
        started: z.number(),
        talos: z.string(),
        extensions: z.record(z.string(), z.string()),
      }),
    ),
  ),
});

/** Where boots of a cluster are remembered on this computer: XDG's place for state, one file for each cluster's authority. */
export function memoryPath(ca: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env["XDG_STATE_HOME"];
  const folder = base?.startsWith("/") ? base : join(homedir(), ".local", "state");
  const name = createHash("sha256").update(ca).digest("hex").slice(0, 16);
  return join(folder, "talos-roles", `boots-${name}.json`);
}

/** What earlier runs have seen; nothing where there is no file, or none that can be read. */
export async function readMemory(path: string): Promise<BootMemory> {
  try {
    const { nodes } = schema.parse(JSON.parse(await readFile(path, "utf8")));
    return new Map(Object.entries(nodes));
  } catch {
    return new Map();
  }
}

/** Writes what is now known of each node; nodes that were not looked at keep theirs. A folder that cannot be written to costs the memory only. */
export async function writeMemory(
  path: string,
  before: BootMemory,
  observed: readonly Pick<ObservedNode, "node" | "boots">[],
): Promise<void> {
  const nodes = Object.fromEntries([
    ...before,
    ...observed.map(({ node, boots }): [string, SeenBoot[]] => [node.name, boots]),
  ]);
  await writeFileWhole(path, `${JSON.stringify({ version: 1, nodes }, null, 1)}\n`).catch(() => {});
}
