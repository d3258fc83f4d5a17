import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { readLock } from "../../catalog/lock-file.ts";
import type { Lock } from "../../catalog/lock-model.ts";
import { type Emit, step } from "../../events.ts";
import { isRolesError, RolesError } from "../../errors.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { openCache } from "../../image/cache.ts";
import { findRecord } from "../../image/record.ts";
import type { ImageSource } from "../../oci/source.ts";
import { explicitRoles } from "../../roles/explicit.ts";
import { loadRoles } from "../../roles/load.ts";
import type { RolesFile } from "../../roles/model.ts";
import { lockPath } from "../../roles/names.ts";
import { isAlive } from "../processes.ts";
import { makeRealDisks, prepareReal } from "../real/prepare.ts";
import { tailnetPrograms } from "../tailnet/programs.ts";
import { startUpstream } from "../upstream/upstream.ts";
import { hostAddress } from "../vm/qemu.ts";
import { labDown, requireOwn } from "./down.ts";
import { freePorts } from "./free-ports.ts";
import { buildImages, makeDisks } from "./images.ts";
import { labMachineConfig } from "./machine-config.ts";
import { type LabPlan, type NodeCounts, planLab } from "./plan.ts";
import {
  configFile,
  labFiles,
  type LabSpec,
  readHandle,
  type RealSpec,
  type TailnetSpec,
  writeSpec,
} from "./spec.ts";

export type Upstream = "stand-in" | "real";

const memory: Record<Upstream, number> = { "stand-in": 512, real: 2560 };

export interface UpOptions {
  state: string;
  counts?: NodeCounts | undefined;
  force?: boolean | undefined;
  /** Where the images come from: this computer's stand-ins, or the registries that Talos publishes to. */
  upstream: Upstream;
  /** A build of these roles that is there already; without it the lab builds its own. */
  out?: string | undefined;
  /** Runs work with images from the registry, or from mirrors: host → URL. */
  withSource: <T>(mirrors: Record<string, string>, work: (source: ImageSource) => Promise<T>) => Promise<T>;
  cacheDir: string;
  bootLimitMs?: number | undefined;
  /** Default: what the stand-in, or real Talos, can live with. */
  memoryMiB?: number | undefined;
  /** Services whose document is left out of every config: to see what comes of it. */
  withoutConfig: readonly string[];
  /** Whether the tailnet approves the routers' routes from the start. */
  approve: boolean;
  emit: Emit;
  signal?: AbortSignal | undefined;
}

/** Makes everything that a lab needs, in its folder, up to the moment before it is powered on. Errors: LAB_RUNNING, USAGE, COUNT_VIOLATED, those of lock and build. */
export async function prepareLab(file: RolesFile, options: UpOptions): Promise<LabSpec> {
  const { state, emit } = options;
  const plan = planLab(file, options);
  await emptyFolder(state);
  const tailnet = await planTailnet(plan, options);
  const roles = await writeRoles(plan, { state, tailnet: tailnet.spec });
  const { lock, standIn, withoutWorkload = null } = await images(roles, file, options);
  const disks = { state, out: options.out ?? join(state, labFiles.images), signal: options.signal };
  const real = options.upstream === "real" ? await prepareReal(roles, plan.network, state) : undefined;
  await step(emit, "disks", "boot disks", () =>
    real ? makeRealDisks(roles, disks) : makeDisks(roles, disks),
  );
  const spec = specOf({ plan, roles, options, standIn, tailnet, withoutWorkload, real: real?.spec ?? null });
  for (const [index, node] of roles.nodes.entries()) {
    const addresses = spec.machines[index]?.addresses;
    if (!addresses) continue;
    const text = await labMachineConfig(roles, node, {
      lock,
      addresses,
      without: options.withoutConfig,
      real: real?.configOf(node),
    });
    await writeFileWhole(configFile(state, node.name), text, 0o600);
  }
  await writeSpec(state, spec);
  return spec;
}

async function emptyFolder(state: string): Promise<void> {
  const entries = await readdir(state).catch(() => []);
  requireOwn(state, entries);
  const handle = await readHandle(state).catch(() => undefined);
  if (handle && (await isAlive(handle.supervisor)))
    throw new RolesError("LAB_RUNNING", `a lab runs already in ${state}`, {
      hint: "`talos-roles lab down` ends it; --state FOLDER makes another one beside it.",
    });
  await labDown(state);
  await mkdir(state, { recursive: true });
  await writeFileWhole(join(state, labFiles.marker), "");
}

interface PlannedTailnet {
  spec: TailnetSpec | null;
  without: string | null;
}

async function planTailnet(
  { roles }: LabPlan,
  { cacheDir, emit, approve }: UpOptions,
): Promise<PlannedTailnet> {
  const routers = roles.roles.filter(
    ({ name, subnetRouter }) => subnetRouter && roles.nodes.some(({ role }) => role === name),
  );
  if (routers.length === 0) return { spec: null, without: null };
  const cache = await openCache(cacheDir, emit);
  const programs = await tailnetPrograms(roles.cluster.talos, { cache, emit });
  if (!programs)
    return { spec: null, without: "Headscale and Tailscale could not be built: Go is needed for it" };
  return {
    without: null,
    spec: {
      ...programs,
      ports: await freePorts(["control", "metrics", "grpc", "relay", "stun", "proxy"]),
      tags: [...new Set(routers.flatMap(({ subnetRouter }) => subnetRouter?.tags ?? []))],
      approve,
    },
  };
}

/** The lab's own roles.yaml: the user's, with its nodes and its control server. */
async function writeRoles(
  { roles }: LabPlan,
  { state, tailnet }: { state: string; tailnet: TailnetSpec | null },
): Promise<RolesFile> {
  const loginServer = tailnet ? `http://${hostAddress}:${tailnet.ports.control}` : undefined;
  const own = {
    ...roles,
    roles: roles.roles.map((role) =>
      role.subnetRouter && loginServer !== undefined
        ? { ...role, subnetRouter: { ...role.subnetRouter, loginServer } }
        : role,
    ),
  };
  const path = join(state, labFiles.roles);
  await writeFileWhole(path, stringify(explicitRoles(own), { aliasDuplicateObjects: false }));
  return loadRoles(path);
}

async function images(
  roles: RolesFile,
  file: RolesFile,
  options: UpOptions,
): Promise<{ lock: Lock | undefined; standIn: string | null; withoutWorkload?: string | null }> {
  const { state, out, cacheDir, emit, signal, withSource, upstream: from } = options;
  if (out !== undefined) {
    await copyFile(lockPath(file.file), lockPath(roles.file)).catch(() => {});
    return { lock: await readLock(lockPath(roles.file)), standIn: await standInsOf(out) };
  }
  if (from === "real") {
    const build = (source: ImageSource) =>
      buildImages(roles, { state, source, cacheDir, emit, signal, outputs: ["metal"] });
    const lock = await withSource({}, build).catch(explained);
    return { lock, standIn: await standInsOf(join(state, labFiles.images)) };
  }
  const archs = [...new Set(roles.nodes.map(({ arch }) => arch))];
  const upstream = await startUpstream({ version: roles.cluster.talos, archs, cacheDir, emit });
  try {
    const mirrors = { "ghcr.io": upstream.url };
    const lock = await withSource(mirrors, (source) =>
      buildImages(roles, { state, source, cacheDir, emit, signal, outputs: ["uki"] }),
    );
    const withoutWorkload = upstream.hasRuntime ? null : "wazero could not be built: Go is needed for it";
    return { lock, standIn: await standInsOf(join(state, labFiles.images)), withoutWorkload };
  } finally {
    await upstream.close();
  }
}

/** What the record says of stand-ins among what was built. */
async function standInsOf(out: string): Promise<string | null> {
  const record = await findRecord(out);
  const found = [...new Set(record?.roles.flatMap(({ standIns }) => standIns) ?? [])];
  return found.length > 0 ? found.join("; ") : null;
}

/** Says what else there is where the registries of Talos cannot be reached. */
function explained(error: unknown): never {
  if (!isRolesError(error, "REGISTRY_UNREACHABLE", "REGISTRY_DENIED", "REGISTRY_NOT_FOUND")) throw error;
  const hint =
    "--upstream real needs the registries that Talos publishes to, or a mirror of them (--mirror HOST=URL).";
  throw new RolesError(error.code, error.message, {
    hint: `${hint} Without it the lab boots stand-ins, made here.`,
    cause: error,
  });
}

interface SpecParts {
  plan: LabPlan;
  roles: RolesFile;
  options: UpOptions;
  standIn: string | null;
  tailnet: PlannedTailnet;
  withoutWorkload: string | null;
  real: RealSpec | null;
}

function specOf(parts: SpecParts): LabSpec {
  const { plan, roles, options, standIn, tailnet, real } = parts;
  const isRouter = (name: string): boolean =>
    roles.roles.some((role) => role.name === name && role.subnetRouter !== undefined);
  const allRoute = roles.nodes.every(({ role }) => isRouter(role));
  return {
    standIn,
    talosVersion: roles.cluster.talos,
    network: plan.network,
    machines: roles.nodes.flatMap(({ name, role, arch, controlPlane }, index) => {
      const addresses = plan.network.machines[index];
      const serves = allRoute || !isRouter(role);
      return addresses ? [{ name, role, arch, controlPlane, addresses, serves }] : [];
    }),
    memoryMiB: options.memoryMiB ?? memory[options.upstream],
    ...(options.bootLimitMs === undefined ? {} : { bootLimitMs: options.bootLimitMs }),
    tailnet: tailnet.spec,
    withoutTailnet: tailnet.without,
    withoutWorkload: parts.withoutWorkload,
    forced: plan.forced,
    real,
  };
}

/** The end of what the supervisor wrote, for errors. */
export const supervisorLog = async (state: string): Promise<string> =>
  (await readFile(join(state, labFiles.log), "utf8").catch(() => "")).trim().split("\n").slice(-8).join("\n");
