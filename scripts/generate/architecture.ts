// The rooms and who imports whom, drawn from the code's own imports.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { roomGroups, rooms } from "../house.ts";

const src = join(import.meta.dirname, "..", "..", "src");

/** What each room is for; the same words as in the design. */
const purposes: Record<string, string> = {
  formats: "byte formats that know nothing of Talos",
  oci: "references, registries, layouts, signatures",
  talos: "Talos' own vocabulary, its config documents and its API",
  kubernetes: "a thin client for the few resources that are read",
  roles: "roles.yaml: schema, loading, inheritance, counts, names, import",
  catalog: "which extensions exist, their digests and contracts, the lock",
  machine: "the documents and patches that satisfy a contract (pure)",
  formation: "rules, diagnostics and predictions (pure)",
  inspect: "reading any Talos image back into plain data",
  image: "from plan to assets, and the record of what was built",
  cozystack: "CozyStack's layouts, the generated patch, its build engine",
  ci: "workflows and matrices, merging records",
  cluster: "observing a live cluster, verdicts, why",
  report: "one file per output form",
  lab: "machines, simulated nodes, network, tailnet, stand-in upstream",
  cli: "one file per command",
};

const filesIn = (room: string): string[] =>
  readdirSync(join(src, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.includes("fixtures"))
    .map((name) => join(src, room, name));

function importedBy(room: string): Set<string> {
  const found = new Set<string>();
  for (const file of filesIn(room)) {
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const other =
        join(file, "..", target)
          .slice(src.length + 1)
          .split("/")[0] ?? "";
      if (other !== room && rooms.includes(other)) found.add(other);
    }
  }
  return found;
}

/** Only the nearest arrows are drawn: what is reached through another room anyway would hide the order. */
function nearest(room: string, direct: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const reach = (from: string): Set<string> => {
    const next = [...(direct.get(from) ?? [])];
    return new Set(next.flatMap((one) => [one, ...reach(one)]));
  };
  const own = [...(direct.get(room) ?? [])];
  return own.filter((target) => !own.some((other) => other !== target && reach(other).has(target)));
}

export const path = "docs/architecture.md";
export const generate = (): string => {
  const direct = new Map(rooms.map((room) => [room, importedBy(room)]));
  const arrows = rooms.flatMap((room) => nearest(room, direct).map((target) => `  ${room} --> ${target}`));
  const table = rooms.map((room) => {
    const used = rooms.filter((other) => direct.get(room)?.has(other));
    return `| \`src/${room}\` | ${purposes[room] ?? ""} | ${used.join(", ") || "nothing"} |`;
  });
  return `# Architecture

Written by \`npm run generate\` from the imports of \`src/\`. A role flows one way: \`roles.yaml\` → **load** → **resolve** → **lock** →
**plan** (pure) → **build** (effects) → **read back** → **record**. \`check\` takes roles, contracts and machine configs to predictions;
\`verify\` takes roles, record and observations to verdicts. Folders are layers, and an import only points to the left of

\`${roomGroups.map((group) => (group.length > 1 ? `(${group.join(", ")})` : group[0])).join(" ← ")}\`

which the linter enforces. An arrow means "imports"; one that another path implies is left out.

\`\`\`mermaid
flowchart RL
${arrows.join("\n")}
\`\`\`

| room | what lives there | imports |
|---|---|---|
${table.join("\n")}

\`src/errors.ts\` (the one error class, every code and its exit status) and \`src/events.ts\` (what long work tells its caller) may be imported
anywhere; \`src/index.ts\` is the library's door.
`;
};
