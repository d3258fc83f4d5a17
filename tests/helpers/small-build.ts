import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lock } from "../../src/catalog/lock-model.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { type RolesEvent, silent } from "../../src/events.ts";
import { type BuildOptions, type BuildReport, buildRoles } from "../../src/image/build.ts";
import type { RegistryOptions } from "../../src/oci/registry/server.ts";
import type { RolesFile } from "../../src/roles/model.ts";
import type { Output } from "../../src/roles/outputs.ts";
import { adr, rolesOf } from "./roles-texts.ts";
import { smallUpstream, type SmallExtension, type SmallUpstream } from "./small-upstream.ts";

/** Kinds that take no disk image's time. */
export const plainOutputs: Output[] = ["kernel", "initramfs", "cmdline", "uki", "installer"];

export interface SmallBuild {
  upstream: SmallUpstream;
  roles: RolesFile;
  lock: Lock;
  /** A folder that is gone at the end, for `out`. */
  folder: string;
  out: string;
  cacheDir: string;
  /** Builds, and tells what it said meanwhile. */
  build: (changes?: Partial<BuildOptions>) => Promise<BuildReport & { events: RolesEvent[] }>;
  close: () => Promise<void>;
}

/** Roles with their lock and a small upstream that they can be built from. */
export async function smallBuild({
  text = adr,
  extensions,
  registry = {},
  files = {},
}: {
  text?: string;
  extensions?: Record<string, SmallExtension>;
  registry?: RegistryOptions & { talos?: string; imager?: boolean };
  /** Beside the roles file. */
  files?: Record<string, string>;
} = {}): Promise<SmallBuild> {
  const folder = await mkdtemp(join(tmpdir(), "build-"));
  const upstream = await smallUpstream(extensions, registry);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const roles = rolesOf(text, join(folder, "roles.yaml"));
  const lock = await makeLock(roles, { client: upstream.client, emit: silent });
  const [out, cacheDir] = [join(folder, "out"), join(folder, "cache")];
  const build: SmallBuild["build"] = async (changes = {}) => {
    const events: RolesEvent[] = [];
    const report = await buildRoles({
      roles,
      lock,
      source: upstream.client,
      out,
      cacheDir,
      outputs: plainOutputs,
      ...changes,
      emit: (event) => (events.push(event), changes.emit?.(event)),
    });
    return { ...report, events };
  };
  const close = async (): Promise<void> => {
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { upstream, roles, lock, folder, out, cacheDir, build, close };
}

/** Steps that had to be done, by their ids. */
export const doneSteps = (events: readonly RolesEvent[], prefix: string): string[] =>
  events
    .flatMap((event) => (event.type === "step-finished" && !event.cached ? [event.id] : []))
    .filter((id) => id.startsWith(prefix))
    .sort();
