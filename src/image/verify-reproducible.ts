import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RolesError } from "../errors.ts";
import { byteReader } from "../formats/byte-reader.ts";
import { fromFile } from "../formats/bytes.ts";
import { type BuildOptions, type BuildReport, buildRoles } from "./build.ts";
import { filesBelow } from "./folder-files.ts";
import { inOtherSurroundings, type Surroundings } from "./other-surroundings.ts";

/**
 * Builds everything again with an empty cache, in another folder and the opposite order, on one processor,
 * with another umask, time zone and language, and compares every byte with the first build. Says in a note what could be changed.
 * Errors: NOT_REPRODUCIBLE, which names the first file and byte that differ; those of `buildRoles`.
 */
export async function verifyReproducible(options: BuildOptions, first: BuildReport): Promise<void> {
  const folder = await mkdtemp(join(dirname(options.out), ".second build-"));
  try {
    const second = await buildElsewhere(options, folder);
    for (const { path, sha256 } of first.assets) {
      if (second.assets.find((asset) => asset.path === path)?.sha256 !== sha256)
        throw await difference(path, { one: options.out, other: second.out });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const buildElsewhere = (options: BuildOptions, folder: string): Promise<BuildReport> =>
  inOtherSurroundings(async (surroundings) => {
    const second = await buildRoles({ ...options, ...apart(folder) });
    options.emit({ type: "note", level: "info", text: told(surroundings) });
    return second;
  });

const told = ({ changed, unchanged }: Surroundings): string =>
  [
    `built again with an empty cache, in another folder and in the opposite order; changed: ${changed.join("; ")}`,
    ...(unchanged.length > 0 ? [`as before: ${unchanged.join("; ")}`] : []),
  ].join("; ");

/** The shared cache is left out: what it gave is compared with what is made here. */
const apart = (folder: string): Pick<BuildOptions, "out" | "cacheDir" | "shared" | "order"> => ({
  out: join(folder, "out"),
  cacheDir: join(folder, "cache"),
  shared: undefined,
  order: "opposite",
});

async function difference(path: string, { one, other }: { one: string; other: string }): Promise<RolesError> {
  const inFolder = await filesBelow(join(one, path)).catch(() => [""]);
  for (const name of inFolder.length === 0 ? [""] : inFolder.sort()) {
    const file = join(path, name);
    const at = await firstDifference(join(one, file), join(other, file));
    if (at !== undefined)
      return new RolesError("NOT_REPRODUCIBLE", `${file} differs between two builds, first in byte ${at}`, {
        hint: "Look for what differs there, and report it: two builds of the same lock must give the same bytes.",
        details: [{ file, byte: at }],
      });
  }
  return new RolesError("NOT_REPRODUCIBLE", `${path} differs between two builds`);
}

const PIECE = 1 << 16;

/** Where two files differ first; undefined when they are the same. A file that is not there differs at once. */
export async function firstDifference(one: string, other: string): Promise<number | undefined> {
  const sources = await Promise.all([one, other].map((path) => fromFile(path).catch(() => undefined)));
  const [left, right] = sources.map((source) => source && byteReader(source.stream()));
  if (!left || !right) return left === right ? undefined : 0;
  try {
    for (let at = 0; ; at += PIECE) {
      const [a, b] = [(await left.peek(PIECE)).slice(0, PIECE), (await right.peek(PIECE)).slice(0, PIECE)];
      const index = a.findIndex((byte, place) => byte !== b[place]);
      if (index >= 0) return at + index;
      if (a.length !== b.length) return at + Math.min(a.length, b.length);
      if (a.length < PIECE) return undefined;
      await Promise.all([left.read(PIECE, one), right.read(PIECE, other)]);
    }
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}
