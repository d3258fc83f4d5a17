import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureLock } from "../../catalog/update-lock.ts";
import type { Lock } from "../../catalog/lock-model.ts";
import type { Emit } from "../../events.ts";
import { fromFile } from "../../formats/bytes.ts";
import { buildRoles } from "../../image/build.ts";
import type { ImageSource } from "../../oci/source.ts";
import type { RolesFile } from "../../roles/model.ts";
import type { Output } from "../../roles/outputs.ts";
import { makeBootDisk } from "../vm/boot-disk.ts";
import { builtAsset } from "../vm/built-asset.ts";
import { diskFile, labFiles } from "./spec.ts";

interface ImageOptions {
  state: string;
  source: ImageSource;
  cacheDir: string;
  outputs: readonly Output[];
  emit: Emit;
  signal?: AbortSignal | undefined;
}

/** Locks and builds the roles of the lab, as `lock` and `build` do, into the lab's folder. Errors: theirs. */
export async function buildImages(roles: RolesFile, options: ImageOptions): Promise<Lock> {
  const { state, source, cacheDir, emit, signal, outputs } = options;
  const lock = await ensureLock(roles, {
    client: source,
    emit,
    cacheDir,
    mode: "write",
    ...(signal ? { signal } : {}),
  });
  const out = join(state, labFiles.images);
  await buildRoles({ roles, lock, source, out, cacheDir, outputs, emit, signal });
  return lock;
}

/** A boot disk for each role and architecture that has a machine. Errors: FILE_NOT_FOUND, FORMAT_INVALID, USAGE, NO_SPACE. */
export async function makeDisks(
  roles: RolesFile,
  { state, out, signal }: { state: string; out: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const wanted = new Map(
    roles.roles.flatMap((role) =>
      role.arch.map((arch) => [`${role.name}/${arch}`, { role: role.name, arch }] as const),
    ),
  );
  for (const { role, arch } of wanted.values()) {
    const output = diskFile(state, role, arch);
    await mkdir(dirname(output), { recursive: true });
    const uki = await fromFile((await builtAsset(out, role, { asset: "uki", arch })).path);
    await makeBootDisk(output, { uki, arch, signal });
  }
}
