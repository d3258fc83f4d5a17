import { RolesError } from "../../errors.ts";
import { examineTool } from "../../formats/examine-tools.ts";
import { type ToolName, tools } from "../../formats/tools.ts";

/** What CozyStack's own machinery calls, and we with it. */
const needed = ["git", "make", "sh", "docker", "skopeo", "crane", "jq"] as const satisfies ToolName[];

/** Says everything that is missing at once, before anything is begun. Errors: TOOL_MISSING. */
export async function requireTools(): Promise<void> {
  const found = await Promise.all(needed.map((name) => examineTool({ ...tools[name], versionArgs: null })));
  const missing = found.filter(({ path }) => path === null);
  if (missing.length === 0) return;
  const names = missing.map(({ command }) => command).join(", ");
  throw new RolesError(
    "TOOL_MISSING",
    `CozyStack's build machinery needs ${names}, which ${missing.length > 1 ? "are" : "is"} not installed`,
    {
      hint: `${missing.map(({ install }) => install).join("; ")}. The native engine needs none of them.`,
      details: missing,
    },
  );
}
