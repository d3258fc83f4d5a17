import { RolesError } from "../errors.ts";
import { openLayout } from "../oci/layout.ts";
import { byDigest, type Reference } from "../oci/reference.ts";
import { type OciImage, resolveImage } from "../oci/resolve.ts";
import { checkDiffIds } from "./diff-ids.ts";
import type { Known } from "./known.ts";
import { inspectImage, type ImageInspection } from "./image.ts";

/** Images of a layout are asked for by digest; the name in front of it is never used. */
const LOCAL: Reference = { registry: "localhost", repository: "layout" };

/**
 * Reads the image in an OCI layout back from disk. With more than one in it, `arch` says which.
 * Errors: REGISTRY_NOT_FOUND, PLATFORM_MISSING, USAGE (more than one fits), DIGEST_MISMATCH and those of `inspectImage`.
 */
export async function inspectLayout(
  directory: string,
  { arch, known }: { arch?: string | undefined; known: Known },
): Promise<ImageInspection> {
  const image = await chooseImage(directory, arch);
  await checkDiffIds(image, directory, known);
  return inspectImage(image, directory, { known });
}

async function chooseImage(directory: string, arch: string | undefined): Promise<OciImage> {
  const layout = openLayout(directory);
  const entries = await layout.entries();
  const fitting = entries.filter(({ platform }) => !arch || !platform || platform.architecture === arch);
  const digests = [...new Set(fitting.map(({ digest }) => digest))];
  const [digest] = digests;
  if (digest === undefined)
    throw new RolesError("PLATFORM_MISSING", `${directory} has no image${arch ? ` for ${arch}` : ""}`, {
      hint: "Its index.json lists the images it has.",
    });
  if (digests.length > 1)
    throw new RolesError("USAGE", `${directory} has ${digests.length} images`, {
      hint: "Say which one with `--arch`, or inspect a layout with one image.",
    });
  return resolveImage(layout, byDigest(LOCAL, digest), arch ?? "any");
}
