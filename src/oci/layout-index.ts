import { join } from "node:path";
import { isRolesError, RolesError } from "../errors.ts";
import { fromFile } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { documentBytes, parseDocument } from "./document.ts";
import { mediaTypes } from "./media-types.ts";
import { type Descriptor, imageIndexSchema } from "./model.ts";
import { formatReference, type Reference } from "./reference.ts";
import { collectManifest } from "./source.ts";

const NAME = "org.opencontainers.image.ref.name";

/** An index.json entry with the name by which it is found again. */
export const namedEntry = (descriptor: Descriptor, reference: Reference): Descriptor => ({
  ...descriptor,
  annotations: { ...descriptor.annotations, [NAME]: formatReference(reference) },
});

/** What the index.json of a layout lists. Errors: FILE_NOT_FOUND, REGISTRY_PROTOCOL. */
export async function readEntries(directory: string): Promise<Descriptor[]> {
  const path = join(directory, "index.json");
  const bytes = await collectManifest((await fromFile(path)).stream(), undefined, path);
  return parseDocument(bytes, imageIndexSchema, path).manifests;
}

/** The entry with the reference's whole name, else with its bare tag as skopeo writes it. Errors: REGISTRY_NOT_FOUND. */
export async function findEntry(directory: string, reference: Reference): Promise<Descriptor> {
  const entries = await readEntries(directory);
  const named = (name: string | undefined): Descriptor | undefined =>
    entries.find(({ annotations }) => annotations?.[NAME] === name);
  const found =
    named(formatReference(reference)) ?? (reference.tag === undefined ? undefined : named(reference.tag));
  if (found) return found;
  throw new RolesError("REGISTRY_NOT_FOUND", `${directory} has no image ${formatReference(reference)}`, {
    hint: "Its index.json lists the images it has.",
  });
}

/**
 * Adds entries to index.json, in order of their names; the same name is replaced. The file is replaced in one step, so a reader
 * sees the old list or the new one. Errors: NO_SPACE.
 */
export async function writeEntries(directory: string, added: Descriptor[]): Promise<void> {
  const old = await readEntries(directory).catch((error: unknown) => {
    if (isRolesError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  });
  const byKey = new Map([...old, ...added].map((entry) => [keyOf(entry), entry]));
  const manifests = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  for (const [name, bytes] of Object.entries(layoutDocuments(manifests)))
    await writeFileWhole(join(directory, name), bytes);
}

/** The two documents of a layout by their names; index.json is the last. */
export const layoutDocuments = (manifests: readonly Descriptor[]): Record<string, Uint8Array> => ({
  "oci-layout": documentBytes({ imageLayoutVersion: "1.0.0" }),
  "index.json": documentBytes({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }),
});

const keyOf = ({ annotations, digest }: Descriptor): string => annotations?.[NAME] ?? digest;
