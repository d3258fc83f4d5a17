import { readFile, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import { readRecord } from "../image/record.ts";
import { recordName } from "../roles/names.ts";
import type { JobRecord, PushedDigest } from "./merge.ts";

/** Every build record in the folders, at any depth, and every record that is named itself. Errors: FILE_NOT_FOUND, FORMAT_INVALID. */
export async function findRecords(paths: readonly string[]): Promise<JobRecord[]> {
  const found = await Promise.all(paths.map(recordPaths));
  const unique = [...new Set(found.flat())].sort();
  return Promise.all(unique.map(jobRecord));
}

async function jobRecord(path: string): Promise<JobRecord> {
  const record = await readRecord(dirname(path));
  const pushed = await readAllPushed(dirname(path));
  return { path, record, ...(pushed ? { pushed } : {}) };
}

/** What `push --json` printed, kept beside the record: one file, or one for each role and architecture. */
const pushedName = /^push(?:-[\w.-]+)?\.json$/;

async function readAllPushed(folder: string): Promise<readonly PushedDigest[] | undefined> {
  const names = (await readdir(folder)).filter((name) => pushedName.test(name)).sort();
  const found = await Promise.all(names.map((name) => readPushed(join(folder, name))));
  return names.length === 0 ? undefined : found.flat();
}

const pushedSchema = z.looseObject({
  images: z.array(
    z.looseObject({ role: z.string(), arch: z.string(), build: z.string(), digest: z.string() }),
  ),
});

async function readPushed(path: string): Promise<readonly PushedDigest[]> {
  const text = await readFile(path, "utf8");
  try {
    return pushedSchema.parse(JSON.parse(text)).images;
  } catch (cause) {
    throw new RolesError("FORMAT_INVALID", `${path} is not what \`talos-roles push --json\` prints`, {
      cause,
    });
  }
}

async function recordPaths(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    const names = await readdir(path, { recursive: true });
    return names.filter((name) => basename(name) === recordName).map((name) => join(path, name));
  }
  if (found?.isFile() && basename(path) === recordName) return [path];
  throw new RolesError("FILE_NOT_FOUND", `${path} is neither a folder nor a ${recordName}`, {
    hint: `Give the folder that the records of all jobs were downloaded to.`,
  });
}
