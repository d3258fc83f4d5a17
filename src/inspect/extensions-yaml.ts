import { z } from "zod";
import { RolesError } from "../errors.ts";
import { parseTextYaml } from "../talos/text-yaml.ts";

/** One layer as `extensions.yaml` of an initramfs lists it. */
export interface ListedLayer {
  /** Its file, relative to the initramfs' root. */
  image: string;
  name: string;
  version: string;
  author: string;
  description: string;
  /** Range of Talos versions that it is for; empty for any. */
  compatibility: string;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const compatibility = z
  .looseObject({ talos: z.looseObject({ version: text }).nullish() })
  .nullish()
  .transform((value) => value?.talos?.version ?? "");
const metadata = z.looseObject({
  name: text,
  version: text,
  author: text,
  description: text,
  compatibility: compatibility.optional().default(""),
});
const listSchema = z
  .looseObject({ layers: z.array(z.looseObject({ image: z.string(), metadata })).nullish() })
  .nullish();

/** Reads `extensions.yaml`, which Talos' init mounts layers by. Errors: FORMAT_INVALID. */
export function parseExtensionsYaml(yaml: string): ListedLayer[] {
  const parsed = listSchema.safeParse(readYaml(yaml));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  return (parsed.data?.layers ?? []).map(({ image, metadata: layer }) => ({
    image: image.replace(/^(?:\.?\/)+/, ""),
    name: layer.name,
    version: layer.version,
    author: layer.author,
    description: layer.description,
    compatibility: layer.compatibility,
  }));
}

function readYaml(yaml: string): unknown {
  try {
    return parseTextYaml(yaml, "extensions.yaml");
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause));
  }
}

const invalid = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `extensions.yaml of the initramfs cannot be read: ${reason}`, {
    hint: "Talos would stop at its first step: build the image again.",
  });
