import { RolesError } from "../errors.ts";
import type { Arch } from "../talos/arch.ts";
import type { RolesFile } from "./model.ts";
import { type Target, targetsOf } from "./names.ts";
import { type Shard, shareOf } from "./shard.ts";

export interface Choice {
  /** Only these roles; all by default. */
  only?: readonly string[] | undefined;
  arch?: Arch | undefined;
  /** Of what the others leave, the share of one job. */
  shard?: Shard | undefined;
}

/** The roles on architectures that a command is about, in the order of roles.yaml. Pure. Errors: USAGE where there is none. */
export function chosenTargets(file: RolesFile, { only, arch, shard }: Choice): Target[] {
  const ofRoles = targetsOf(file).filter(({ role }) => only === undefined || only.includes(role));
  const all = ofRoles.filter((target) => arch === undefined || target.arch === arch);
  if (all.length === 0) {
    const archs = [...new Set(ofRoles.map((target) => target.arch))];
    throw new RolesError(
      "USAGE",
      `no role that is asked for is built${arch === undefined ? "" : ` for ${arch}`}`,
      {
        hint: `The architectures are those of \`cluster.arch\`: ${archs.join(", ")}.`,
      },
    );
  }
  const share = shareOf(all, shard);
  if (share.length > 0 || shard === undefined) return share;
  throw new RolesError("USAGE", `there is nothing for shard ${shard.index}/${shard.of}`, {
    hint: `Roles and architectures make ${all.length} parts: at most \`--shard I/${all.length}\`.`,
  });
}

/** Whether it is among those. */
export const isAmong = (targets: readonly Target[], { role, arch }: Target): boolean =>
  targets.some((target) => target.role === role && target.arch === arch);
