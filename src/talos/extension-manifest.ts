import { z } from "zod";
import { RolesError } from "../errors.ts";
import { parseTextYaml } from "./text-yaml.ts";

/** `manifest.yaml` of an extension image, as Talos reads it. */
export interface ExtensionManifest {
  name: string;
  version: string;
  author: string;
  description: string;
  /** `compatibility.talos.version`: a range in blang semver syntax; empty means any version. */
  compatibility: string;
  extraInfo?: string;
}

const text = z.preprocess((value) => (value === null || value === undefined ? "" : value), z.string());
const group = <T extends z.ZodRawShape>(shape: T) =>
  z.preprocess(
    (value) => (value === null || value === undefined || value === "" ? {} : value),
    z.object(shape),
  );

const manifestSchema = group({
  version: text,
  metadata: group({
    name: text,
    version: text,
    author: text,
    description: text,
    compatibility: group({ talos: group({ version: text }) }),
    extraInfo: text,
  }),
});

/** Strict reading of `manifest.yaml`; keys that Talos does not know are ignored, as Talos does. Errors: EXTENSION_INVALID. */
export function parseExtensionManifest(yaml: string, where: string): ExtensionManifest {
  const parsed = manifestSchema.safeParse(parseTextYaml(yaml, where));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(where, `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { version, metadata } = parsed.data;
  if (version !== "v1alpha1") throw invalid(where, `version is "${version}"; Talos knows v1alpha1 only`);
  if (metadata.name === "") throw invalid(where, "metadata.name is missing");
  if (control.test(metadata.name) || control.test(metadata.version))
    throw invalid(where, "its name or version has control characters");
  const { compatibility, extraInfo, ...rest } = metadata;
  return {
    ...rest,
    compatibility: compatibility.talos.version,
    ...(extraInfo === "" ? {} : { extraInfo }),
  };
}

/** `metadata` as it stands in `manifest.yaml` and in `extensions.yaml`; an empty `extraInfo` is left out. */
export function manifestMetadata(manifest: ExtensionManifest): object {
  const { name, version, author, description, compatibility, extraInfo } = manifest;
  return {
    name,
    version,
    author,
    description,
    compatibility: { talos: { version: compatibility } },
    ...(extraInfo === undefined ? {} : { extraInfo }),
  };
}

/** Both are shown, and written into locks that people review. */
const control = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const invalid = (where: string, reason: string) =>
  new RolesError("EXTENSION_INVALID", `${where}: ${reason}`, {
    hint: "Check that the reference names a Talos system extension image, and one for this Talos version.",
  });
