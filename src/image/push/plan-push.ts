import type { Lock } from "../../catalog/lock-model.ts";
import { RolesError } from "../../errors.ts";
import { safePath } from "../../formats/safe-path.ts";
import { type Digest, parseDigest } from "../../oci/digest.ts";
import { byTag, parseReference, type Reference } from "../../oci/reference.ts";
import type { RolesFile } from "../../roles/model.ts";
import { type Choice, chosenTargets } from "../../roles/chosen-targets.ts";
import { buildTag, installerReference } from "../../roles/names.ts";
import type { Arch } from "../../talos/arch.ts";
import type { BuildRecord, RecordedAsset, RecordedRole } from "../record.ts";
import { pushAnnotations } from "./annotations.ts";
import { outputsSaid } from "./outputs-said.ts";

/** One installer that is to be in the registry, and under which names. */
export interface PushItem {
  role: string;
  arch: Arch;
  /** Of the OCI layout, relative to the record. */
  path: string;
  /** Of the manifest in it. */
  built: Digest;
  /** `…/talos-gateway:v1.13.6`. */
  reference: Reference;
  /** `…/talos-gateway:v1.13.6-0123456789ab`: this build for ever. */
  fixed: Reference;
  annotations: Record<string, string>;
  /** What of it is a stand-in, as it was read back. */
  standIns: readonly string[];
}

interface PushInputs extends Choice {
  roles: RolesFile;
  lock: Lock;
  record: BuildRecord;
  /** Where the sources are: a URL. */
  source?: string | undefined;
}

/**
 * What is to be pushed: the installer of every chosen role on every architecture. Pure. Errors: USAGE where none is, BUILD_MISSING where one was not built,
 * LOCK_STALE where it was built from another lock than this, or the lock is for another Talos than the one in the tags.
 */
export function planPush({ roles, lock, record, source, ...choice }: PushInputs): PushItem[] {
  if (lock.talos !== roles.cluster.talos) throw otherTalos(roles, lock);
  return chosenTargets(roles, choice).map((target) => {
    const built = record.roles.find(({ name, arch }) => name === target.role && arch === target.arch);
    const asset = built?.assets.find(({ kind, format }) => kind === "installer" && format === "oci-layout");
    if (!built || !asset) throw missing(target);
    checkLocked(built, lock);
    const reference = parseReference(installerReference(roles, target));
    return {
      ...target,
      path: safePath(asset.path),
      built: parseDigest(`sha256:${asset.sha256}`),
      reference,
      fixed: byTag(reference, fixedTag(roles, asset)),
      annotations: pushAnnotations(target, { lock, source, outputs: outputsSaid(roles, built) }),
      standIns: built.standIns,
    };
  });
}

const fixedTag = (roles: RolesFile, { buildKey }: RecordedAsset): string => buildTag(roles, buildKey);

function missing({ role, arch }: { role: string; arch: Arch }): RolesError {
  return new RolesError("BUILD_MISSING", `role ${role} has no installer for ${arch} in the build record`, {
    hint: `Build it: \`talos-roles build ${role} --outputs installer\`.`,
  });
}

const otherTalos = ({ cluster, file }: RolesFile, { talos }: Lock): RolesError =>
  new RolesError("LOCK_STALE", `the lock is for Talos ${talos}, and ${file} asks for ${cluster.talos}`, {
    hint: "`talos-roles lock` brings it up to date; then build again.",
  });

/** What was built must be what the lock says, or its annotations would lie. */
function checkLocked({ name, arch, inputsKey }: RecordedRole, lock: Lock): void {
  if (lock.roles[name]?.[arch]?.inputsKey === inputsKey) return;
  throw new RolesError("LOCK_STALE", `the installer of ${name} (${arch}) was built from another lock`, {
    hint: `Build it again: \`talos-roles build ${name}\`.`,
  });
}
