import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRolesError } from "../../errors.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { Settings } from "../settings.ts";

/** What a run of `gen-profiles.sh` wrote; a failed run says why. */
export type ScriptRun =
  | { profiles: ReadonlyMap<string, string>; failure: null }
  | { profiles: null; failure: string };

interface ScriptWanted {
  /** Folder that has `hack/gen-profiles.sh`. */
  folder: string;
  shell: "sh" | "bash";
  talos: string;
  /** As of `writeStandIns`. */
  environment: Record<string, string>;
  settings?: Settings | Record<string, string>;
}

/** Runs the script as `make update` does, in an empty folder of profiles. Errors: TOOL_MISSING. */
export async function runScript({
  folder,
  shell,
  talos,
  environment,
  settings = {},
}: ScriptWanted): Promise<ScriptRun> {
  const profiles = join(folder, "images", "talos", "profiles");
  await rm(profiles, { recursive: true, force: true });
  try {
    await runTool(shell, ["hack/gen-profiles.sh", talos], {
      cwd: folder,
      env: { ...environment, ...(settings as Record<string, string>) },
    });
  } catch (error) {
    if (!isRolesError(error, "TOOL_FAILED")) throw error;
    return { profiles: null, failure: error.message };
  }
  const names = (await readdir(profiles)).sort();
  const texts = names.map(async (name) => [name, await readFile(join(profiles, name), "utf8")] as const);
  return { profiles: new Map(await Promise.all(texts)), failure: null };
}

/** Names of the profiles that differ between two runs, or why a run failed. */
export function differences(one: ScriptRun, other: ScriptRun): string[] {
  if (one.profiles === null) return [one.failure];
  if (other.profiles === null) return [other.failure];
  const { profiles } = other;
  return [...new Set([...one.profiles.keys(), ...profiles.keys()])].filter(
    (name) => one.profiles.get(name) !== profiles.get(name),
  );
}
