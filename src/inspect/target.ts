import { stat } from "node:fs/promises";
import { RolesError } from "../errors.ts";
import { parseReference } from "../oci/reference.ts";
import { resolveImage } from "../oci/resolve.ts";
import type { ImageSource } from "../oci/source.ts";
import { inspectFile } from "./file.ts";
import { inspectImage } from "./image.ts";
import type { Inspection } from "./inspection.ts";

export interface TargetOptions {
  /** For a reference. */
  registry: ImageSource;
  /** Which image, where there are several; default the first for linux. */
  arch?: string;
}

/**
 * Reads an image back, given its path or its reference (`ghcr.io/…:v1.13.6`) and nothing else. What exists on disk is a path.
 * Errors: FILE_NOT_FOUND, REFERENCE_INVALID, those of the registry and those of `inspectFile`.
 */
export async function inspectTarget(text: string, { registry, arch }: TargetOptions): Promise<Inspection> {
  if (await stat(text).catch(() => undefined)) return inspectFile(text, arch === undefined ? {} : { arch });
  if (!looksLikeReference(text))
    throw new RolesError("FILE_NOT_FOUND", `there is no file ${text}`, {
      hint: "Check the path. An image reference begins with its registry: `ghcr.io/siderolabs/installer:v1.13.6`.",
    });
  const reference = parseReference(text);
  return inspectImage(await resolveImage(registry, reference, arch ?? "any"), text);
}

/** Only with a host in front: a path that is mistyped must not become a question to a registry. */
const looksLikeReference = (text: string): boolean => /^(?:localhost|[^./][^/]*[.:][^/]*)\/./.test(text);
