import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Lock } from "../../catalog/lock-model.ts";
import { RolesError } from "../../errors.ts";
import { type Emit, type RolesEvent, step } from "../../events.ts";
import type { BuildReport } from "../../image/build.ts";
import { type BuildRecord, type RecordedRole, findRecord, writeRecord } from "../../image/record.ts";
import type { Choice } from "../../roles/chosen-targets.ts";
import type { RolesFile } from "../../roles/model.ts";
import { targetsOf } from "../../roles/names.ts";
import type { Output } from "../../roles/outputs.ts";
import type { ProvenPatch } from "../patch.ts";
import { patchCozystack } from "../patch.ts";
import { checkProfiles } from "./check-profiles.ts";
import { type Collected, collect } from "./collect.ts";
import { type EngineOutput, engineOutputs } from "./outputs.ts";
import { checkReadBack } from "./read-back.ts";
import { requireTools } from "./require-tools.ts";
import { runMake } from "./run-make.ts";
import { type EngineTarget, engineTargets } from "./target.ts";
import { withPatchedWorktree } from "./worktree.ts";

export interface EngineOptions extends Choice {
  roles: RolesFile;
  lock: Lock;
  /** A clone of CozyStack, at the release to build with. */
  checkout: string;
  out: string;
  outputs: readonly Output[];
  /** Whether the outputs were asked for by name: then none may be left out. */
  outputsNamed: boolean;
  emit: Emit;
  signal?: AbortSignal | undefined;
}

/**
 * Builds roles with CozyStack's own machinery, patched: for each role and architecture a work tree of its own, profiles
 * for the pinned Talos version, upstream's make targets, then the results are read back and recorded as the native
 * engine records them. Errors: TOOL_MISSING, those of `patchCozystack`, UNSUPPORTED, LOCK_STALE, TOOL_FAILED, READ_BACK_MISMATCH.
 */
export async function buildWithCozystack(options: EngineOptions): Promise<BuildReport> {
  const started = performance.now();
  const { roles, lock, checkout, out, only, arch, shard } = options;
  const steps: BuildReport["steps"] = [];
  const emit: Emit = (event) => (note(event, steps), options.emit(event));
  const outputs = engineOutputs(options.outputs, options.outputsNamed);
  const targets = engineTargets(roles, { lock, only, arch, shard });
  await requireTools();
  const patch = await patched(checkout, emit);
  requireRelease(patch, roles);
  const built: RecordedRole[] = [];
  for (const target of targets) {
    built.push(await buildTarget(target, { ...options, patch, outputs, emit }));
  }
  const record = joined(await findRecord(out), built, { roles, lock });
  await writeRecord(out, record);
  const assets = built.flatMap(({ name, arch, assets }) =>
    assets.map((asset) => ({ ...asset, role: name, arch, cached: false })),
  );
  return {
    out,
    record,
    assets: assets as BuildReport["assets"],
    steps,
    seconds: (performance.now() - started) / 1000,
  };
}

async function patched(checkout: string, emit: Emit): Promise<ProvenPatch> {
  const found: ProvenPatch[] = [];
  await step(emit, "cozystack-patch", "making and proving the patch", async () => {
    found.push(await patchCozystack(checkout));
  });
  const [patch] = found as [ProvenPatch];
  if (patch.resolver === "digests") return patch;
  throw new RolesError("UNSUPPORTED", `CozyStack ${patch.tag ?? patch.commit} finds extensions by tags`, {
    hint: "Roles need v0.35.2 or later: check out another release, or use the native engine.",
  });
}

/** A checkout of another release would build another Talos' neighbours under this one's name. Errors: USAGE. */
function requireRelease({ tag }: ProvenPatch, { file, cluster }: RolesFile): void {
  if (tag === null || cluster.cozystack === undefined || tag === cluster.cozystack) return;
  throw new RolesError("USAGE", `the checkout is CozyStack ${tag}, and ${file} names ${cluster.cozystack}`, {
    hint: `\`git checkout ${cluster.cozystack}\` in the clone, or change roles.yaml.`,
  });
}

interface TargetWork extends Omit<EngineOptions, "outputs"> {
  patch: ProvenPatch;
  outputs: readonly EngineOutput[];
}

function buildTarget(
  target: EngineTarget,
  { patch, outputs, ...options }: TargetWork,
): Promise<RecordedRole> {
  const { checkout, out, emit, signal } = options;
  const { commit, patch: text } = patch;
  const name = `${target.role} for ${target.arch}`;
  return withPatchedWorktree({ checkout, commit, patch: text }, async (worktree) => {
    const folder = join(worktree, folderOf(patch));
    const settings = target.settings;
    const release = (patch.tag ?? "v0.0.0").replace(/^v/, "");
    const make = (what: string) => runMake(what, { folder, settings, release, signal });
    await step(emit, `profiles-${target.role}-${target.arch}`, `profiles of ${name}`, async () => {
      await make("update");
      await checkProfiles(folder, target);
    });
    const identity = { commit, patch: createHash("sha256").update(text).digest("hex") };
    const assets = join(worktree, "_out", "assets");
    const collected: Collected[] = [];
    for (const output of outputs) {
      await step(
        emit,
        `asset-${target.role}-${target.arch}-${output.make}`,
        `${output.make} of ${name}`,
        async () => {
          await make(output.make);
          collected.push(
            await readBack(await collect({ target, output, assets, out, identity }), target, out),
          );
        },
      );
    }
    return recorded(target, collected);
  });
}

/** The folder of the Makefile, from the files that the patch changed. */
const folderOf = ({ files }: ProvenPatch): string =>
  files
    .map(({ path }) => /^(.*)\/hack\/gen-profiles\.sh$/.exec(path)?.[1])
    .find((path) => path !== undefined) ?? "";

/** What is not the image of its role must not stay where a push would find it. */
async function readBack(collected: Collected, target: EngineTarget, out: string): Promise<Collected> {
  try {
    checkReadBack(collected.assets.at(-1)?.path ?? "", collected.inspection, target);
    return collected;
  } catch (error) {
    for (const { path } of collected.assets) await rm(join(out, path), { recursive: true, force: true });
    throw error;
  }
}

function recorded(target: EngineTarget, collected: readonly Collected[]): RecordedRole {
  const told = collected.map(({ inspection }) => inspection);
  const notices = told.flatMap((one) =>
    one.notices.filter(({ id }) => id === "stand-in").map(({ text }) => text),
  );
  return {
    name: target.role,
    arch: target.arch,
    kernelRelease: told.find(({ kernelRelease }) => kernelRelease !== null)?.kernelRelease ?? "",
    extensions: target.extensions.map(({ name, version, digest }) => ({ name, version, digest })),
    schematic: target.schematic,
    inputsKey: target.inputsKey,
    installer: target.installerReference,
    standIns: [...new Set(notices)],
    assets: collected.flatMap(({ assets }) => assets),
  };
}

/** Roles that were built before from the same inputs stay in the record. */
function joined(
  before: BuildRecord | undefined,
  built: readonly RecordedRole[],
  { roles, lock }: { roles: RolesFile; lock: Lock },
): BuildRecord {
  const merged = targetsOf(roles).flatMap(({ role, arch }) => {
    const key = lock.roles[role]?.[arch]?.inputsKey;
    const is = (one: RecordedRole): boolean =>
      one.name === role && one.arch === arch && one.inputsKey === key;
    return built.find(is) ?? before?.roles.find(is) ?? [];
  });
  return { recordVersion: 1, talosVersion: lock.talos, roles: merged };
}

function note(event: RolesEvent, steps: BuildReport["steps"]): void {
  if (event.type !== "step-finished") return;
  const { id, label, seconds, cached } = event;
  steps.push({ id, label, seconds, cached });
}
