import { isRolesError } from "../errors.ts";
import { parseReference } from "../oci/reference.ts";
import type { ImageSource } from "../oci/source.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import { extensionFacts } from "./extension-facts.ts";
import { parseExtensionName } from "./extension-name.ts";
import { findOfficial, officialExtensions } from "./official-list.ts";
import { pinImage } from "./pin.ts";
import { together } from "./together.ts";

export interface RegistryAt {
  client: ImageSource;
  talos: string;
  arch: Arch;
  cacheDir?: string | undefined;
  signal?: AbortSignal | undefined;
}

const atOnce = 4;

/**
 * The contracts of extensions, read from their images in a registry; undefined for a name that the Talos version does not have, or a reference
 * that leads nowhere. Errors: REFERENCE_INVALID, EXTENSION_INVALID, PLATFORM_MISSING, REGISTRY_*, DIGEST_MISMATCH.
 */
export async function contractsFromRegistry(
  names: readonly string[],
  { client, talos, arch, cacheDir, signal }: RegistryAt,
): Promise<Map<string, Contract | undefined>> {
  const parsed = names.map((name) => ({ name, extension: parseExtensionName(name) }));
  const needsList = parsed.some(({ extension }) => "official" in extension);
  const list = needsList ? await officialExtensions(client, talos) : [];
  const found = await together(parsed, { source: client, atOnce, signal }, ({ name, extension }, source) => {
    const reference = () =>
      "reference" in extension
        ? extension.reference
        : findOfficial(list, extension.official, { talos, where: name }).reference;
    return orNothing(async () => {
      const { image } = await pinImage(source, { reference: parseReference(reference()), arch });
      return (await extensionFacts(image, { arch, place: name, cacheDir })).facts.contract;
    });
  });
  return new Map(names.map((name, index) => [name, found[index]]));
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isRolesError(error, "EXTENSION_UNKNOWN", "REGISTRY_NOT_FOUND")) return undefined;
    throw error;
  }
}
