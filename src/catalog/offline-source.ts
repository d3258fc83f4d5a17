import { isRolesError, RolesError } from "../errors.ts";
import { openLayout } from "../oci/layout.ts";
import { formatReference } from "../oci/reference.ts";
import { referrersTag, taggedReferrers } from "../oci/referrers.ts";
import type { SignatureSource } from "../oci/signature/find.ts";

/**
 * The one source of images where there is no network (`build --offline LAYOUT`): an OCI image layout that `talos-roles mirror` made. It
 * stands wherever a registry client does, for reading: by tag, by digest, and through the indexes of the registry it was copied from.
 * Nothing is asked of any registry, ever. Errors: FILE_NOT_FOUND where `directory` is no layout; its verbs: REGISTRY_NOT_FOUND for what it
 * does not hold, DIGEST_MISMATCH and BLOB_TRUNCATED for what is damaged.
 */
export async function offlineSource(directory: string): Promise<SignatureSource> {
  const layout = openLayout(directory);
  await layout.entries().catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `${directory} is not a mirror`, {
      hint: "`talos-roles mirror` makes one.",
      cause,
    });
  });
  return {
    referrers: (repository, digest) =>
      taggedReferrers((tag) => layout.manifest(tag), referrersTag(repository, digest)),
    async manifest(reference) {
      try {
        return await layout.manifest(reference);
      } catch (cause) {
        throw isRolesError(cause, "REGISTRY_NOT_FOUND")
          ? missing(directory, formatReference(reference))
          : cause;
      }
    },
    blob: (reference, descriptor) => layout.blob(reference, descriptor),
  };
}

const missing = (directory: string, image: string): RolesError =>
  new RolesError("REGISTRY_NOT_FOUND", `the mirror ${directory} does not have ${image}`, {
    hint: "Where there is a network, `talos-roles mirror` copies what the lock pins and it does not have yet.",
  });
