import type { Lock, LockedArchitecture, LockedExtension, LockedRole } from "../catalog/lock-model.ts";
import { RolesError } from "../errors.ts";
import { contentKey } from "../formats/canonical.ts";
import type { ToolName } from "../formats/tools.ts";
import type { Role, RolesFile } from "../roles/model.ts";
import { installerReference } from "../roles/names.ts";
import { diskPlatforms, type Output } from "../roles/outputs.ts";
import type { Arch } from "../talos/arch.ts";
import { type Quirks, quirksOf } from "../talos/quirks.ts";
import type { Platform } from "../talos/platforms.ts";
import { assetMakers } from "./assets/table.ts";
import type {
  AssetPlan,
  Plan,
  SegmentPlan,
  TargetInputs,
  TargetPlan,
  VirtualExtension,
} from "./plan-model.ts";
import { requireClearArgs } from "./checked-args.ts";
import { layerFiles } from "./layer-files.ts";
import { type ToolVersions, versionsOf } from "./tool-versions.ts";

export interface PlanRequest {
  roles: RolesFile;
  lock: Lock;
  outputs: readonly Output[];
  tools: ToolVersions;
  /** By role: extensions that come after its own. */
  virtual?: Readonly<Record<string, readonly VirtualExtension[]>>;
}

/** Programs that make segments; their versions are part of every segment's key. */
const segmentTools = ["mksquashfs", "zstd"] as const satisfies ToolName[];
/** Programs that make `modules.dep`. */
const modulesDepTools = ["mksquashfs", "depmod"] as const satisfies ToolName[];

/** Every program whose version decides bytes, for these outputs. */
export const planTools: readonly ToolName[] = [
  ...segmentTools,
  ...modulesDepTools,
  ...assetMakers.flatMap(({ tools }) => tools),
];

/** Grows when segments of the same inputs become other bytes. */
const segmentGeneration = 1;

/** What is to be made of every role on every architecture, from what, under which keys. Pure. Errors: LOCK_INVALID, UNSUPPORTED. */
export function planBuild(request: PlanRequest): Plan {
  const { roles, lock } = request;
  return {
    talos: lock.talos,
    targets: roles.roles.flatMap((role) => role.arch.map((arch) => planTarget(role, arch, request))),
  };
}

function planTarget(role: Role, arch: Arch, request: PlanRequest): TargetPlan {
  const target = targetInputs(role, arch, request);
  const wanted = new Set(request.outputs);
  requireClearArgs(target, platformsOf(request.outputs));
  const assets = assetMakers.flatMap((maker) =>
    maker.plan(target, wanted).map(({ inputs, ...draft }): AssetPlan => {
      const { kind, generation } = maker;
      const tools = versionsOf(request.tools, maker.tools);
      const { format, platform } = draft;
      return {
        kind,
        ...draft,
        buildKey: contentKey({ kind, generation, tools, format, platform, arch, inputs }),
      };
    }),
  );
  return { ...target, assets };
}

/** Everything but disk images of clouds is for bare metal. */
const platformsOf = (outputs: readonly Output[]): Platform[] => [
  ...new Set(outputs.map((output) => diskPlatforms.find((platform) => platform === output) ?? "metal")),
];

function targetInputs(role: Role, arch: Arch, request: PlanRequest): TargetInputs {
  const { roles, lock, tools } = request;
  const { architecture, locked } = lockedTarget(role.name, arch, lock);
  const quirks = quirksOf(lock.talos);
  const segments = planSegments(locked, architecture, {
    quirks,
    tools,
    virtual: request.virtual?.[role.name],
  });
  const { base, bootFiles, kernelRelease } = architecture;
  return {
    role: role.name,
    arch,
    talos: lock.talos,
    quirks,
    base,
    bootFiles,
    kernelRelease,
    segments,
    modulesDepKey: modulesDepKey(segments, { bootFiles: bootFiles.manifest, kernelRelease, quirks, tools }),
    kernelArgs: role.kernelArgs,
    meta: role.meta,
    contract: locked.contract,
    schematic: locked.schematic,
    inputsKey: locked.inputsKey,
    installerReference: installerReference(roles, { role: role.name, arch }),
    diskSize: roles.images.diskSize,
    sectorSize: roles.images.sectorSize,
    diskCompression: roles.images.diskCompression,
    nodes: roles.nodes.filter((node) => node.role === role.name && node.arch === arch),
    tools,
  };
}

function lockedTarget(
  role: string,
  arch: Arch,
  lock: Lock,
): { architecture: LockedArchitecture; locked: LockedRole } {
  const architecture = lock.architectures[arch];
  const locked = lock.roles[role]?.[arch];
  if (architecture && locked) return { architecture, locked };
  throw new RolesError("LOCK_INVALID", `the lock has no role ${role} for ${arch}`, {
    hint: "`talos-roles lock` brings it up to date.",
  });
}

interface SegmentContext {
  quirks: Quirks;
  tools: ToolVersions;
  virtual: readonly VirtualExtension[] | undefined;
}

function planSegments(
  { extensions }: LockedRole,
  architecture: LockedArchitecture,
  { quirks, tools, virtual = [] }: SegmentContext,
): SegmentPlan[] {
  const { compression, firmwarePath } = quirks;
  const key = (content: object): string =>
    contentKey({
      generation: segmentGeneration,
      tools: versionsOf(tools, segmentTools),
      compression,
      firmwarePath,
      ...content,
    });
  const own = extensions.map((name) => ofImage(architecture.extensions[name]!, key));
  const added = virtual.map((extension): Omit<SegmentPlan, "file"> => ({
    key: key({ virtual: extension }),
    name: extension.manifest.name,
    version: extension.manifest.version,
    hasModules: false,
    from: { virtual: extension },
  }));
  const all = [...own, ...added];
  const files = layerFiles(all.map(({ name }) => name));
  return all.map((segment, index) => ({ ...segment, file: files[index]! }));
}

const ofImage = (image: LockedExtension, key: (content: object) => string): Omit<SegmentPlan, "file"> => ({
  key: key({ image: image.manifest }),
  name: image.name,
  version: image.version,
  hasModules: image.contract.modules.length > 0,
  from: { image },
});

/** Only what brings modules counts: roles that differ in other extensions share it. */
function modulesDepKey(
  segments: readonly SegmentPlan[],
  {
    tools,
    quirks,
    ...base
  }: { bootFiles: string; kernelRelease: string; quirks: Quirks; tools: ToolVersions },
): string | undefined {
  const keys = segments.filter(({ hasModules }) => hasModules).map(({ key }) => key);
  if (keys.length === 0) return undefined;
  const { modulesPath, compression } = quirks;
  return contentKey({
    generation: segmentGeneration,
    tools: versionsOf(tools, modulesDepTools),
    modulesPath,
    compression,
    segments: keys,
    ...base,
  });
}
