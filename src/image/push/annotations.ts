import type { Lock } from "../../catalog/lock-model.ts";
import type { Target } from "../../roles/names.ts";

/** Names of what a pushed installer says of itself, for readers that have not pulled it. */
export const annotation = {
  source: "org.opencontainers.image.source",
  version: "org.opencontainers.image.version",
  title: "org.opencontainers.image.title",
  role: "io.talos-roles.role",
  /** The role's `inputsKey`: what of the lock decides its image. */
  lock: "io.talos-roles.lock",
  /** The contract of the role as JSON: services, what each waits for, kernel modules. */
  contract: "io.talos-roles.contract",
  /** What else was built of the role in the same run, as JSON: files with digests, which no registry has. */
  outputs: "io.talos-roles.outputs",
} as const;

/** Always the same for the same role, lock and source. No clock. */
export function pushAnnotations(
  { role, arch }: Target,
  { lock, source, outputs }: { lock: Lock; source?: string | undefined; outputs: string },
): Record<string, string> {
  const locked = lock.roles[role]?.[arch];
  return {
    ...(source === undefined ? {} : { [annotation.source]: source }),
    [annotation.title]: `Talos installer of the role ${role}`,
    [annotation.version]: lock.talos,
    [annotation.role]: role,
    [annotation.lock]: locked?.inputsKey ?? "",
    [annotation.contract]: JSON.stringify(locked?.contract),
    [annotation.outputs]: outputs,
  };
}
