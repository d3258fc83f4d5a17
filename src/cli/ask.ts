import { RolesError } from "../errors.ts";
import { defaults } from "../roles/defaults.ts";
import type { StarterAnswers } from "../roles/starter.ts";
import { architectures } from "../talos/arch.ts";

interface AskOptions {
  json: boolean;
  signal: AbortSignal;
}

/** Asks for what was not given as a flag, on a terminal only; elsewhere the defaults stand. Errors: BUILD_INTERRUPTED. */
export async function askForRoles(
  given: StarterAnswers,
  { json, signal }: AskOptions,
): Promise<StarterAnswers> {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return given;
  const prompts = await import("@clack/prompts");
  const shared = { output: process.stderr, signal };
  const text = async (message: string, initialValue: string) =>
    answer(prompts.isCancel, await prompts.text({ message, initialValue, ...shared }));
  return {
    name: given.name ?? (await text("Name of the cluster", defaults.cluster.name)),
    talos: given.talos ?? (await text("Talos version", defaults.cluster.talos)),
    arch:
      given.arch ??
      answer(
        prompts.isCancel,
        await prompts.select({
          message: "Architecture of the nodes",
          options: architectures.map((value) => ({ value })),
          initialValue: defaults.cluster.arch[0],
          ...shared,
        }),
      ),
    registry: given.registry ?? (await text("Registry and path for installers", defaults.images.registry)),
  };
}

function answer<T extends string>(isCancel: (value: unknown) => boolean, value: T | symbol): T {
  if (isCancel(value)) throw new RolesError("BUILD_INTERRUPTED", "stopped by the user; nothing was written");
  return value as T;
}
