import { join } from "node:path";
import { isRolesError, RolesError } from "../errors.ts";
import { type ByteSource, fromFile, slice, sourceSha256 } from "../formats/bytes.ts";
import { canonicalJson } from "../formats/canonical.ts";
import { inspectFile } from "../inspect/file.ts";
import type { InspectedDisk, Inspection } from "../inspect/inspection.ts";
import type { Known } from "../inspect/known.ts";
import { filesBelow } from "./folder-files.ts";
import type { AssetPlan } from "./plan-model.ts";
import type { Part, Recipe } from "./assets/asset.ts";
import type { Expected } from "./expected.ts";
import type { Written } from "./write-asset.ts";

/** What a finished asset tells of itself. */
export interface ReadBack {
  talosVersion: string | null;
  arch: string | null;
  kernelRelease: string | null;
  cmdline: string | null;
  extensions: { name: string; version: string }[];
  /** What in it only stands in for the real thing. */
  standIns: string[];
}

/** An asset that was written. */
export interface Finished {
  asset: AssetPlan;
  /** Where it lies; all else comes from the plan. */
  path: string;
  recipe: Recipe;
  written: Written;
}

/**
 * Reads a finished asset back from disk and holds it against what it was meant to be: every byte, and what is in it.
 * Errors: READ_BACK_MISMATCH, which names the asset and its part.
 */
export async function readBack(finished: Finished, known?: Known): Promise<ReadBack> {
  const { asset, recipe } = finished;
  const changed = await changedParts(finished);
  const { kind } = recipe.expected;
  const inspection = kind === undefined ? undefined : await inspect(finished, changed, known);
  const found = inspection instanceof RolesError ? undefined : inspection;
  const differences = [
    ...changed,
    ...(inspection instanceof RolesError ? [inspection.message] : []),
    ...(found ? differencesOf(recipe.expected, found) : []),
  ];
  if (differences.length > 0) throw mismatch(asset, differences);
  return summary(found);
}

/** Reads every byte back from disk, without looking into them. Errors: READ_BACK_MISMATCH. */
export async function readBackBytes(finished: Finished): Promise<void> {
  const changed = await changedParts(finished);
  if (changed.length > 0) throw mismatch(finished.asset, changed);
}

/** An asset that is damaged may not be readable at all; that alone is no reason where its parts say more. */
async function inspect(
  { path, written }: Finished,
  changed: readonly string[],
  known: Known | undefined,
): Promise<Inspection | RolesError> {
  const sha256 = changed.length === 0 ? written.files[""]?.sha256 : undefined;
  try {
    return await inspectFile(path, { sha256, ...(known ? { known } : {}) });
  } catch (error) {
    if (!isRolesError(error) || ["TOOL_MISSING", "NO_SPACE", "BUILD_INTERRUPTED"].includes(error.code))
      throw error;
    return changed.length > 0 && error.code === "DIGEST_MISMATCH"
      ? new RolesError(error.code, error.message)
      : error;
  }
}

const summary = (found: Inspection | undefined): ReadBack => ({
  talosVersion: found?.talosVersion ?? null,
  arch: found?.arch ?? null,
  kernelRelease: found?.kernelRelease ?? null,
  cmdline: found?.cmdline ?? null,
  extensions: found?.extensions ?? [],
  standIns: (found?.notices ?? []).filter(({ id }) => id === "stand-in").map(({ text }) => text),
});

/** Parts whose bytes are not those that were written. */
async function changedParts({ path, recipe, written }: Finished): Promise<string[]> {
  // What a tool wrote has no other source of its hash than the file, which was read for it just now.
  if ("write" in recipe) return [];
  const changed: string[] = [];
  const present = new Set("files" in recipe ? await filesBelow(path) : [""]);
  for (const [name, expected] of Object.entries(written.files)) {
    const file = await fromFile(join(path, name)).catch(() => undefined);
    present.delete(name);
    if (!file) changed.push(`${partName(recipe, name)} is missing`);
    else if (file.size !== expected.bytes || (await sourceSha256(file)) !== expected.sha256)
      changed.push(...(await changedIn(recipe, name, file)));
  }
  return [...changed, ...[...present].map((name) => `${name} should not be there`)];
}

const partName = (recipe: Recipe, path: string): string =>
  ("files" in recipe && recipe.files.find((file) => file.path === path)?.name) || path;

async function changedIn(recipe: Recipe, path: string, file: ByteSource): Promise<string[]> {
  if ("files" in recipe) return [`${partName(recipe, path)} was changed`];
  if (!("content" in recipe)) return ["its bytes were changed"];
  const parts: readonly Part[] = recipe.parts
    ? await recipe.parts()
    : [{ name: "its content", data: recipe.content }];
  const changed: string[] = [];
  let at = 0;
  for (const { name, data } of parts) {
    const end = at + data.size;
    const same =
      end <= file.size && (await sourceSha256(slice(file, at, end))) === (await sourceSha256(data));
    if (!same) changed.push(`${name} was changed`);
    at = end;
  }
  return file.size > at ? [...changed, `${file.size - at} bytes too many at its end`] : changed;
}

/** Where what was found is not what was planned, in words. */
function differencesOf(expected: Expected, found: Inspection): string[] {
  const layers = found.initramfs?.layers.map(({ file, sha256 }) => ({ file, sha256 }));
  const { bootFiles, ...rest } = expected;
  const seen: Record<keyof typeof rest, unknown> = {
    kind: found.kind,
    talosVersion: found.talosVersion,
    arch: found.arch,
    kernelRelease: found.kernelRelease,
    cmdline: found.cmdline,
    extensions: found.extensions,
    layers: layers ?? [],
    contract: found.contract,
    kernel: found.kernel?.sha256,
    profiles: found.uki?.profiles.map(({ id, cmdline }) => ({ id, cmdline })),
    meta: found.disk?.meta,
    diskBytes: found.disk?.bytes,
    table: found.disk && tableOf(found.disk),
    imageLayers: found.image?.layers.map(({ digest }) => digest),
    imageFiles: found.image?.files.map(({ path }) => path),
  };
  const planned = comparable(expected, found);
  const differences = (Object.keys(rest) as (keyof typeof rest)[])
    // A kernel that does not tell its release is no difference.
    .filter((key) => !(key === "kernelRelease" && found.kind === "kernel" && found.kernelRelease === null))
    .filter((key) => canonicalJson(planned[key] ?? null) !== canonicalJson(seen[key] ?? null))
    .map((key) => `${key} is ${text(seen[key])}, planned is ${text(planned[key])}`);
  const errors = found.notices.filter(({ severity }) => severity === "error");
  const files = bootFiles ? fileDifferences(bootFiles, (found.iso ?? found.disk)?.files ?? []) : [];
  return [...differences, ...files, ...errors.map(({ text }) => text)];
}

const tableOf = ({ sectorSize, guid, partitions }: InspectedDisk) => ({ sectorSize, guid, partitions });

/** What is otherwise on an EFI partition than planned. */
function fileDifferences(
  planned: NonNullable<Expected["bootFiles"]>,
  found: NonNullable<Expected["bootFiles"]>,
): string[] {
  const seen = new Map(found.map(({ path, sha256 }) => [path, sha256]));
  const wanted = new Set(planned.map(({ path }) => path));
  return [
    ...planned
      .filter(({ path, sha256 }) => seen.get(path) !== sha256)
      .map(({ path }) => `${path} ${seen.has(path) ? "was changed" : "is missing"}`),
    ...found.filter(({ path }) => !wanted.has(path)).map(({ path }) => `${path} should not be there`),
  ];
}

/** Beside microcode nothing in an image tells an extension that is empty from one that had nothing but microcode. */
function comparable(expected: Expected, { initramfs, contract: { emptyOn } }: Inspection): Expected {
  const { contract } = expected;
  return contract && initramfs && initramfs.microcodeBytes > 0
    ? { ...expected, contract: { ...contract, emptyOn } }
    : expected;
}

const text = (value: unknown): string => (typeof value === "string" ? value : canonicalJson(value ?? null));

const mismatch = (asset: AssetPlan, differences: readonly string[]): RolesError =>
  new RolesError("READ_BACK_MISMATCH", `${asset.path} is not what was planned: ${differences.join("; ")}`, {
    hint: "Build again; if it stays so, check the disk and memory of this computer, and report it.",
    details: differences.map((difference) => ({ asset: asset.path, difference })),
  });
