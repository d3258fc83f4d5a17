import { canonicalJson } from "../formats/canonical.ts";
import { isOutput } from "../image/push/outputs-said.ts";
import type { BuildRecord, RecordedRole } from "../image/record.ts";
import { ownOutputs } from "../roles/choose.ts";
import type { RolesFile } from "../roles/model.ts";
import { entryId } from "./matrix.ts";
import { type Target, targetsOf } from "../roles/names.ts";

/** A record of one job, and where it was found; or of what a registry has already. */
export interface JobRecord {
  path: string;
  record: BuildRecord;
  /** What `push --json` said in the same job. */
  pushed?: readonly PushedDigest[];
}

/** Of what `push` says, what a page of images needs. */
export interface PushedDigest {
  role: string;
  arch: string;
  /** The tag that never moves. */
  build: string;
  digest: string;
}

/** Roles whose image was published before, with all outputs: no job built them, and of them the registry has the installer only. */
export type Published = ReadonlyMap<string, RecordedRole>;

export interface MergeOptions {
  published?: Published;
  /** Every installer must have been pushed. */
  pushed?: boolean;
}

export interface MergeResult {
  record: BuildRecord;
  /** What is missing or does not fit, in words; empty when the record is whole. */
  faults: string[];
}

/**
 * Joins the records of a pipeline's jobs into one. Every role of roles.yaml must be there for every architecture, with
 * every output, from the same Talos version, and only once. Pure.
 */
export function mergeRecords(
  roles: RolesFile,
  jobs: readonly JobRecord[],
  { published = new Map(), pushed = false }: MergeOptions = {},
): MergeResult {
  const faults: string[] = [];
  const talos = roles.cluster.talos;
  for (const { path, record } of jobs) {
    if (record.talosVersion !== talos)
      faults.push(`${path} is of Talos ${record.talosVersion}, not ${talos}`);
    faults.push(...strangers(roles, record).map((one) => `${path} has ${one}, which roles.yaml does not`));
  }
  const merged = targetsOf(roles).flatMap((target) => {
    const found = jobs.flatMap(({ path, record, pushed }) =>
      record.roles.filter(isOf(target)).map((role) => ({ path, role, told: withDigest(role, pushed) })),
    );
    const [first, ...others] = found;
    const before = published.get(entryId({ name: target.role, arch: target.arch }));
    if (first === undefined && before !== undefined) {
      faults.push(...missingOutputs(roles, before));
      return [before];
    }
    if (first === undefined) {
      faults.push(`${nameOf(target)} is missing: its job failed, or left no record`);
      return [];
    }
    const other = others.find(({ role }) => canonicalJson(role) !== canonicalJson(first.role));
    if (other) faults.push(`${nameOf(target)} is in ${first.path} and in ${other.path}, and they differ`);
    faults.push(...missingOutputs(roles, first.role));
    const told = found.find(({ told }) => told["pushed"] !== undefined) ?? first;
    if (pushed && told.told["pushed"] === undefined) faults.push(`${nameOf(target)} was not pushed`);
    return [told.told];
  });
  return { record: { recordVersion: 1, talosVersion: talos, roles: merged }, faults };
}

/** The digest under which the registry has an image is that of the manifest that `push` made, with its annotations. */
function withDigest(role: RecordedRole, pushed: readonly PushedDigest[] = []): RecordedRole {
  const found = pushed.find((one) => one.role === role.name && one.arch === role.arch);
  return found ? { ...role, pushed: { digest: found.digest, build: found.build } } : role;
}

const nameOf = ({ role, arch }: Target): string => `${role} for ${arch}`;

const isOf =
  ({ role, arch }: Target) =>
  (one: RecordedRole): boolean =>
    one.name === role && one.arch === arch;

const strangers = (roles: RolesFile, record: BuildRecord): string[] =>
  record.roles
    .filter((one) => !targetsOf(roles).some((target) => isOf(target)(one)))
    .map(({ name, arch }) => nameOf({ role: name, arch }));

function missingOutputs(roles: RolesFile, role: RecordedRole): string[] {
  return ownOutputs(roles)
    .filter((output) => !role.assets.some((asset) => isOutput(output, asset)))
    .map((output) => `${nameOf({ role: role.name, arch: role.arch })} has no ${output}`);
}

/** Targets that no job has a record of. */
export const unrecorded = (roles: RolesFile, jobs: readonly JobRecord[]): Target[] =>
  targetsOf(roles).filter((target) => !jobs.some(({ record }) => record.roles.some(isOf(target))));
