import { z } from "zod";
import { RolesError } from "../errors.ts";
import { parseDocument } from "./document.ts";
import { isIndexType, isManifestType, mediaTypes } from "./media-types.ts";

const shape = z.looseObject({
  mediaType: z.string().exactOptional(),
  manifests: z.unknown().optional(),
  layers: z.unknown().optional(),
  config: z.unknown().optional(),
});

/**
 * The media type of a manifest or index, which its bytes, its own `mediaType` and the sender must agree on: one document
 * that is read in two ways could carry a second, hidden image (CVE-2021-41190). Errors: REGISTRY_PROTOCOL.
 */
export function manifestType(bytes: Uint8Array, claimed: string | undefined, what: string): string {
  const { mediaType, manifests, layers, config } = parseDocument(bytes, shape, `the manifest of ${what}`);
  const refuse = (reason: string): RolesError =>
    new RolesError("REGISTRY_PROTOCOL", `the manifest of ${what} ${reason}`);
  const isIndex = manifests !== undefined;
  if (isIndex && (layers !== undefined || config !== undefined))
    throw refuse("is both an image and an index");
  const sent = knownType(claimed);
  if (mediaType !== undefined && sent !== undefined && mediaType !== sent)
    throw refuse(`says ${JSON.stringify(mediaType)} but was sent as ${JSON.stringify(sent)}`);
  const type = mediaType ?? sent ?? (isIndex ? mediaTypes.index : mediaTypes.manifest);
  if (isIndex ? isIndexType(type) : isManifestType(type)) return type;
  throw refuse(`is of the type ${JSON.stringify(type)}, which does not fit what it holds`);
}

/** Some registries send manifests as plain JSON: that says nothing. */
function knownType(header: string | undefined): string | undefined {
  const type = header?.split(";")[0]?.trim().toLowerCase() ?? "";
  return isIndexType(type) || isManifestType(type) ? type : undefined;
}
