import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import { writeFileWhole } from "../formats/files.ts";
import { recordName } from "../roles/names.ts";
import { architectures } from "../talos/arch.ts";

const hex = z.string().regex(/^[0-9a-f]{64}$/);
export const recordedAsset = z.looseObject({
  kind: z.string(),
  format: z.string().exactOptional(),
  platform: z.string().exactOptional(),
  /** Relative to the record. */
  path: z.string(),
  /** Of a folder that is an OCI layout: the digest of its manifest. */
  sha256: hex,
  bytes: z.number().int().min(0),
  buildKey: hex,
});
const roleSchema = z.looseObject({
  name: z.string(),
  arch: z.enum(architectures),
  kernelRelease: z.string(),
  extensions: z.array(z.looseObject({ name: z.string(), version: z.string(), digest: z.string() })),
  schematic: z.string().nullable(),
  /** Of the lock: what decides the images of this role. */
  inputsKey: hex,
  installer: z.string(),
  standIns: z.array(z.string()),
  assets: z.array(recordedAsset),
});
const recordSchema = z.looseObject({
  recordVersion: z.literal(1),
  talosVersion: z.string(),
  roles: z.array(roleSchema),
});

/** `build-record.json`: what was built, from what, as it was read back from the finished files. No clock is in it. */
export type BuildRecord = z.infer<typeof recordSchema>;
export type RecordedRole = z.infer<typeof roleSchema>;
export type RecordedAsset = z.infer<typeof recordedAsset>;

/** The record in `folder`; undefined where there is none. Errors: FORMAT_INVALID. */
export async function findRecord(folder: string): Promise<BuildRecord | undefined> {
  const path = join(folder, recordName);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = recordSchema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RolesError(
    "FORMAT_INVALID",
    `${path}: ${issue?.path.join(".") || "document"}: ${issue?.message}`,
    {
      hint: "Build again: `talos-roles build`.",
    },
  );
}

/** The record in `folder`. Errors: FILE_NOT_FOUND, FORMAT_INVALID. */
export async function readRecord(folder: string): Promise<BuildRecord> {
  const record = await findRecord(folder);
  if (record) return record;
  throw new RolesError("FILE_NOT_FOUND", `${join(folder, recordName)} does not exist`, {
    hint: "Build first: `talos-roles build`.",
  });
}

export const writeRecord = (folder: string, record: BuildRecord): Promise<void> =>
  writeFileWhole(join(folder, recordName), `${JSON.stringify(record, null, 2)}\n`);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
