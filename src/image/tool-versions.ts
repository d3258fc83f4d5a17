import { examineTool } from "../formats/examine-tools.ts";
import { missing } from "../formats/run-tool.ts";
import { type ToolName, tools } from "../formats/tools.ts";

/** Versions of the programs that make bytes, as they tell them: part of every key, because another version may make other bytes. */
export type ToolVersions = Partial<Record<ToolName, string>>;

/** Asks each of these tools for its version. Errors: TOOL_MISSING for the first that is not there. */
export async function toolVersions(names: readonly ToolName[], signal?: AbortSignal): Promise<ToolVersions> {
  const found = await Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      const { path, version } = await examineTool(tools[name], signal ? { signal } : {});
      if (path === null) throw missing(name);
      return [name, version ?? "unknown"] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** The part of `versions` that is about these tools. Errors: TOOL_MISSING when one was not asked for its version. */
export function versionsOf(versions: ToolVersions, names: readonly ToolName[]): ToolVersions {
  return Object.fromEntries(
    names.map((name) => {
      const version = versions[name];
      if (version === undefined) throw missing(name);
      return [name, version];
    }),
  );
}
