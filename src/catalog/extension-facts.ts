import { z } from "zod";
import { digestHex } from "../oci/digest.ts";
import { flatten } from "../oci/flatten.ts";
import { formatReference } from "../oci/reference.ts";
import type { OciImage } from "../oci/resolve.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import { type ExtensionFile, readExtension } from "../talos/contract-from-files.ts";
import type { ExtensionManifest } from "../talos/extension-manifest.ts";
import { imageFacts } from "./image-facts.ts";
import { contractSchema } from "./lock-schema.ts";

/** All that a lock wants to know of an extension's image. */
export interface ExtensionFacts {
  manifest: ExtensionManifest;
  contract: Contract;
  /** Some of its files lie where Talos had them before 1.10. */
  oldLayout: boolean;
}

const factsSchema = z.strictObject({
  manifest: z.strictObject({
    name: z.string(),
    version: z.string(),
    author: z.string(),
    description: z.string(),
    compatibility: z.string(),
    extraInfo: z.string().exactOptional(),
  }),
  contract: contractSchema,
  oldLayout: z.boolean(),
});

interface Where {
  arch: Arch;
  /** Names who asks for the extension, in errors. */
  place: string;
  cacheDir: string | undefined;
}

/** Facts about an extension, from its layers as they stream by; not a file is written but the facts. Errors: EXTENSION_INVALID, KERNEL_RELEASE_MISMATCH, ARCHIVE_*, those of the source. */
export function extensionFacts(
  image: OciImage,
  { arch, place, cacheDir }: Where,
): Promise<{ facts: ExtensionFacts; cached: boolean }> {
  const kept = {
    kind: `extension-1-${arch}`,
    key: digestHex(image.descriptor.digest),
    schema: factsSchema,
  };
  return imageFacts(cacheDir, kept, () =>
    readExtension(imageFiles(image), { arch, where: `${place}: ${formatReference(image.reference)}` }),
  );
}

async function* imageFiles(image: OciImage): AsyncGenerator<ExtensionFile> {
  for await (const { header, body } of flatten(image)) {
    const { path, mode, size } = header;
    yield { path, type: typeOf(header.type), mode, size, body };
  }
}

const typeOf = (type: string): ExtensionFile["type"] =>
  type === "file" || type === "directory" || type === "symlink"
    ? type
    : type === "link"
      ? "hardlink"
      : "other";
