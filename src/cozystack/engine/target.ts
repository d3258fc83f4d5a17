import type { Lock, LockedExtension } from "../../catalog/lock-model.ts";
import { RolesError } from "../../errors.ts";
import { type Choice, chosenTargets } from "../../roles/chosen-targets.ts";
import type { Role, RolesFile } from "../../roles/model.ts";
import { installerReference, suffixOf } from "../../roles/names.ts";
import type { Arch } from "../../talos/arch.ts";
import type { Settings } from "../settings.ts";

/** A role on an architecture, as CozyStack's machinery is told of it. */
export interface EngineTarget {
  role: string;
  arch: Arch;
  talos: string;
  settings: Required<Settings>;
  /** In the role's order. */
  extensions: readonly LockedExtension[];
  schematic: string | null;
  inputsKey: string;
  installerReference: string;
}

interface Wanted extends Choice {
  lock: Lock;
}

/** The targets that are asked for: what other roles have is no matter. Errors: USAGE, LOCK_STALE; UNSUPPORTED for what CozyStack's profiles have no place for. */
export const engineTargets = (roles: RolesFile, { lock, ...choice }: Wanted): EngineTarget[] =>
  chosenTargets(roles, choice).map(({ role: name, arch }) => {
    const role = roles.roles.find((one) => one.name === name)!;
    refuseUnsupported(role, roles);
    return targetOf(role, arch, { roles, lock });
  });

function targetOf(role: Role, arch: Arch, { roles, lock }: { roles: RolesFile; lock: Lock }): EngineTarget {
  const target = { role: role.name, arch };
  const locked = lock.roles[role.name]?.[arch];
  const pinned = lock.architectures[arch];
  if (!locked || !pinned) {
    throw new RolesError("LOCK_STALE", `the lock has no role ${role.name} for ${arch}`, {
      hint: "`talos-roles lock` brings it up to date.",
    });
  }
  const extensions = locked.extensions.map((key) => official(key, pinned.extensions[key]));
  return {
    ...target,
    talos: lock.talos,
    settings: {
      ARCH: arch,
      EXTENSIONS: extensions.map(nameInList).join(" "),
      // A role names everything that is in its image; CozyStack's x86 firmware is no exception.
      FIRMWARES: "",
      IMAGE_SUFFIX: suffixOf(roles, target),
      TALOS_PIN: lock.talos,
    },
    extensions,
    schematic: locked.schematic,
    inputsKey: locked.inputsKey,
    installerReference: installerReference(roles, target),
  };
}

/** The name by which Talos' list of extensions, and so CozyStack's script, knows an image. */
export const nameInList = ({ repository }: LockedExtension): string =>
  repository.split("/").at(-1) ?? repository;

function official(key: string, extension: LockedExtension | undefined): LockedExtension {
  if (extension?.repository.startsWith("ghcr.io/siderolabs/")) return extension;
  throw unsupported(`extension ${key} is not one of Talos' own, and CozyStack's script finds only those`);
}

function refuseUnsupported({ name, kernelArgs, meta, embeddedConfig }: Role, { images }: RolesFile): void {
  const what = [
    ...(kernelArgs.length > 0 ? ["kernelArgs"] : []),
    ...(meta.length > 0 ? ["meta"] : []),
    ...(embeddedConfig === undefined ? [] : ["embeddedConfig"]),
  ];
  if (what.length > 0)
    throw unsupported(`role ${name} has ${what.join(" and ")}, which CozyStack's profiles have no place for`);
  if (images.schematicExtension)
    throw unsupported("images.schematicExtension is not in CozyStack's profiles");
}

const unsupported = (message: string): RolesError =>
  new RolesError("UNSUPPORTED", message, {
    hint: "Build it with the native engine: leave out `--engine cozystack`.",
  });
