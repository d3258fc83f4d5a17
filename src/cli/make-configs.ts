import { readLock } from "../catalog/lock-file.ts";
import { RolesError } from "../errors.ts";
import { type ConfigOptions, type MachineConfig, machineConfig } from "../machine/machine-config.ts";
import { type ConfigTarget, configTargets, requireNoSurplus } from "../machine/targets.ts";
import type { RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { lockPath } from "../roles/names.ts";
import { readSecrets } from "../roles/secrets.ts";

export interface ConfigRequest extends Pick<ConfigOptions, "controlPlane" | "asDocuments" | "append"> {
  /** A node or a role; everything without it. */
  name?: string | undefined;
  /** Which, for a role that is built for several. */
  arch?: Arch | undefined;
  /** Writes a subnet router too many all the same. */
  force?: boolean | undefined;
  withSecrets?: boolean | undefined;
}

export interface MadeConfigs {
  /** Without secrets, whatever was asked for. */
  configs: MachineConfig[];
  /** As they are to be written. */
  filled: MachineConfig[];
}

/** Errors: USAGE, COUNT_VIOLATED, CONTRACT_UNANSWERED, SECRET_MISSING, LOCK_INVALID, REFERENCE_INVALID. */
export async function makeConfigs(
  file: RolesFile,
  { name, arch, force = false, withSecrets = false, ...options }: ConfigRequest,
): Promise<MadeConfigs> {
  const targets = configTargets(file, name, arch);
  if (!force) requireNoSurplus(targets);
  const lock = await readLock(lockPath(file.file));
  const make = (more: ConfigOptions) =>
    Promise.all(
      targets.map((target: ConfigTarget) => machineConfig(file, target, { lock, ...options, ...more })),
    );
  const configs = await make({});
  requireAnswers(file, configs);
  if (!withSecrets) return { configs, filled: configs };
  const secrets = configs.flatMap((config) => config.secrets.map(({ secret }) => secret));
  return { configs, filled: await make({ secretOf: await readSecrets(secrets, { rolesFile: file.file }) }) };
}

/** A service that waits for a document which nobody wrote would keep its node from ever finishing its boot. */
function requireAnswers(file: RolesFile, configs: readonly MachineConfig[]): void {
  const open = new Map(
    configs.flatMap(({ role, unanswered }) =>
      unanswered.map((one) => [`${role}/${one.service}`, { role, ...one }] as const),
    ),
  );
  const [first] = [...open.values()];
  if (!first) return;
  const all = [...open.values()].map(
    ({ role, service, extension }) => `${service} of extension ${extension} (role ${role})`,
  );
  throw new RolesError(
    "CONTRACT_UNANSWERED",
    `${file.file} says nothing about a service that waits for its config: ${all.join(", ")}`,
    {
      hint: `Write what it needs under \`roles.${first.role}.services.${first.service}\`, as \`environment\` or \`files\`; or take the extension out.`,
      details: [...open.values()],
    },
  );
}
