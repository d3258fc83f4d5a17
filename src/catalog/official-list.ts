import { RolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import { flatten } from "../oci/flatten.ts";
import { parseReference } from "../oci/reference.ts";
import { resolveImage } from "../oci/resolve.ts";
import type { ImageSource } from "../oci/source.ts";
import { alternatives, nearest } from "../roles/nearest.ts";
import { extensionListReference } from "../roles/upstream-names.ts";
import { parseTextYaml } from "../talos/text-yaml.ts";

/** An official extension as the list of a Talos version has it. */
export interface OfficialExtension {
  name: string;
  /** With tag and digest: `ghcr.io/siderolabs/drbd:9.2.14-v1.13.6@sha256:…`. */
  reference: string;
  author: string;
  description: string;
}

const textLimit = 4 << 20;

/**
 * The official extensions of a Talos version: `image-digests` and `descriptions.yaml` of its extensions image, whose content is the same for
 * every architecture. Sorted by name. Errors: UNSUPPORTED where there is no list, EXTENSION_INVALID, REGISTRY_*.
 */
export async function officialExtensions(client: ImageSource, talos: string): Promise<OfficialExtension[]> {
  const where = extensionListReference(talos);
  const image = await resolveImage(client, parseReference(where), "any").catch((cause: unknown) => {
    throw noList(cause, talos, where);
  });
  const found: Record<string, string> = {};
  for await (const { header, body } of flatten(image)) {
    if (header.path === "image-digests" || header.path === "descriptions.yaml")
      found[header.path] = Buffer.from(await collect(body, textLimit)).toString("utf8");
  }
  const digests = found["image-digests"];
  if (digests === undefined) throw broken(where, "there is no image-digests in it");
  const texts = parseTextYaml(found["descriptions.yaml"] ?? "", `${where}: descriptions.yaml`);
  return digests
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((reference) => ({ name: nameIn(reference, where), reference, ...textOf(texts, reference) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function nameIn(line: string, where: string): string {
  const { repository, tag, digest } = parseReference(line);
  if (tag === undefined || digest === undefined) throw broken(where, `"${line}" has no tag or no digest`);
  return repository.split("/").at(-1) ?? repository;
}

function textOf(texts: unknown, reference: string): { author: string; description: string } {
  const entry = (texts as Record<string, Record<string, unknown> | undefined> | null)?.[reference];
  const text = (key: string): string => (typeof entry?.[key] === "string" ? entry[key].trim() : "");
  return { author: text("author"), description: text("description") };
}

/** The extension of that name. Errors: EXTENSION_UNKNOWN with the nearest names. `role` says who asks. */
export function findOfficial(
  list: readonly OfficialExtension[],
  name: string,
  { talos, where }: { talos: string; where: string },
): OfficialExtension {
  const found = list.find((extension) => extension.name === name);
  if (found) return found;
  const near = nearest(
    name,
    list.map((extension) => extension.name),
  );
  throw new RolesError("EXTENSION_UNKNOWN", `${where}: Talos ${talos} has no official extension "${name}"`, {
    hint:
      near.length > 0
        ? `Did you mean ${alternatives(near)}?`
        : "Write an image reference with registry and tag for one that is not official.",
  });
}

const broken = (where: string, reason: string) =>
  new RolesError("EXTENSION_INVALID", `${where}: ${reason}`, {
    hint: "It is not a list of extensions: check the mirror that it came from.",
  });

function noList(cause: unknown, talos: string, where: string): unknown {
  if (!(cause instanceof RolesError) || cause.code !== "REGISTRY_NOT_FOUND") return cause;
  return new RolesError(
    "REGISTRY_NOT_FOUND",
    `there is no ${where}: Talos ${talos} has no list of extensions`,
    {
      hint: "Check `cluster.talos` in the roles file: it must be a released version, and 1.6 or later.",
      cause,
    },
  );
}
