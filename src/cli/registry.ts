import { RolesError } from "../errors.ts";
import type { RegistryClient } from "../oci/client.ts";
import type { SharedRepository } from "../image/segment-cache.ts";
import type { Reference } from "../oci/reference.ts";
import type { SignatureSource } from "../oci/signature/find.ts";
import type { MirrorOption } from "./options.ts";

interface RegistryOptions {
  mirror: MirrorOption;
  insecure?: readonly string[];
}

/** Runs `work` with a registry client for the user's mirrors and credentials, and closes it. */
export async function withClient<T>(
  { mirror, insecure = [] }: RegistryOptions,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const { userCredentials } = await import("../oci/auth/user-credentials.ts");
  const { createRegistryClient } = await import("../oci/client.ts");
  const { parseMirror } = await import("../oci/endpoint.ts");
  const client = createRegistryClient({
    credentials: userCredentials(),
    insecure,
    mirrors: Object.entries(mirror).map(([host, url]) => parseMirror(`${host}=${url}`)),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** As `withClient`, with what was fetched before taken from the cache. */
export const withCachedSource = <T>(
  options: RegistryOptions & { cacheDir: string },
  work: (source: SignatureSource) => Promise<T>,
): Promise<T> => withClient(options, async (client) => work(await signatureSource(client, options.cacheDir)));

/** A client behind the cache, which keeps nothing of what is asked for by tag. */
export async function signatureSource(client: RegistryClient, cacheDir: string): Promise<SignatureSource> {
  const { cachingSource } = await import("../catalog/blob-cache.ts");
  return {
    ...cachingSource(client, cacheDir),
    referrers: (repository, digest) => client.referrers(repository, digest),
  };
}

/** As `withCachedSource`, and the repository that `cache` names; with `offline` from that mirror alone, and no registry is asked. Errors: USAGE. */
export async function withBuildSource<T>(
  options: RegistryOptions & { cacheDir: string; offline?: string | undefined; cache?: string | undefined },
  work: (source: SignatureSource, shared?: SharedRepository) => Promise<T>,
): Promise<T> {
  const { cache, offline, cacheDir } = options;
  const repository = cache === undefined ? undefined : await repositoryOf(cache);
  if (offline === undefined) {
    return withClient(options, async (client) =>
      work(await signatureSource(client, cacheDir), repository && { client, repository }),
    );
  }
  const { offlineSource } = await import("../catalog/offline-source.ts");
  return work(await offlineSource(offline));
}

/** Tags are the cache's own. Errors: USAGE, REFERENCE_INVALID. */
async function repositoryOf(text: string): Promise<Reference> {
  const { parseReference } = await import("../oci/reference.ts");
  const { registry, repository, tag } = parseReference(text);
  if (tag === "latest" && !text.endsWith(":latest")) return { registry, repository };
  throw new RolesError("USAGE", `--cache names a repository, without tag or digest: ${text}`, {
    hint: `Write \`--cache ${registry}/${repository}\`.`,
  });
}
