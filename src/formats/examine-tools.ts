import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { toolPath } from "./run-tool.ts";
import { type Tool, tools } from "./tools.ts";

export interface FoundTool {
  command: string;
  /** Null when it is missing. */
  path: string | null;
  /** As the tool tells it; null where it is missing or tells none. */
  version: string | null;
  neededFor: string;
  install: string;
  /** Without it a command does less, and says so. */
  optional: boolean;
}

/** Looks for every tool of `tools.ts` on PATH and asks it for its version. Never fails: what is missing is in the result. */
export const examineTools = (options: { signal?: AbortSignal } = {}): Promise<FoundTool[]> =>
  Promise.all(Object.values<Tool>(tools).map((tool) => examineTool(tool, options)));

/** The same for one tool. */
export async function examineTool(tool: Tool, { signal }: { signal?: AbortSignal } = {}): Promise<FoundTool> {
  const path = await findOnPath(tool.command);
  return {
    command: tool.command,
    path,
    version: path && tool.versionArgs ? await versionOf(path, tool.versionArgs, signal) : null,
    neededFor: tool.neededFor,
    install: tool.install ?? `apt-get install ${tool.debian}`,
    optional: tool.debian === null,
  };
}

async function findOnPath(command: string): Promise<string | null> {
  const folders = toolPath().split(delimiter).filter(Boolean);
  for (const path of folders.map((folder) => join(folder, command))) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

/** The first thing that looks like a version in what the tool prints; some print it on standard error, or exit with 1. */
function versionOf(path: string, args: readonly string[], signal?: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { timeout: 10_000, env: { ...process.env, LC_ALL: "C" }, ...(signal ? { signal } : {}) };
    execFile(path, args, options, (_error, stdout, stderr) => {
      const text = `${stdout}\n${stderr}`;
      resolve(/\d+(?:\.\d+)+[-+.\w]*/.exec(text)?.[0] ?? /version (\d+)/.exec(text)?.[1] ?? null);
    });
  });
}
