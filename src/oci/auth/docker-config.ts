import { z } from "zod";
import { RolesError } from "../../errors.ts";
import { canonicalRegistry } from "../reference.ts";
import type { Credentials } from "./credentials.ts";

const entry = z.looseObject({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});

const schema = z.looseObject({
  auths: z.record(z.string(), entry).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});

/** `config.json` of docker, or `auth.json` of podman: they share one form. */
export type DockerConfig = z.infer<typeof schema>;

/** Errors: FORMAT_INVALID, which never repeats what is in the file. */
export function parseDockerConfig(text: string, path: string): DockerConfig {
  const invalid = (reason: string): RolesError =>
    new RolesError("FORMAT_INVALID", `${path} ${reason}`, {
      hint: "It should be what `docker login` or `podman login` writes. Mend or remove it.",
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid("is not JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path[0];
  throw invalid(`is malformed${place === undefined ? "" : ` at ${String(place)}`}`);
}

/** The helper program's name for a registry: its own, else the one for all. */
export function helperFor(
  { credHelpers = {}, credsStore }: DockerConfig,
  registry: string,
): string | undefined {
  const own = Object.entries(credHelpers).find(([key]) => placeOf(key).registry === registry);
  return own?.[1] ?? (credsStore === "" ? undefined : credsStore);
}

/** The entry of `auths` whose key names the registry, or most of the repository's path (podman). Keys match whole, never in part. */
export function storedCredentials(
  { auths = {} }: DockerConfig,
  registry: string,
  repository: string,
): Credentials | undefined {
  const matching = Object.entries(auths)
    .map(([key, value]) => ({ ...placeOf(key), value }))
    .filter((place) => place.registry === registry && isWithin(repository, place.path))
    .sort((a, b) => b.path.length - a.path.length);
  for (const { value } of matching) {
    const found = toCredentials(value);
    if (found) return found;
  }
  return undefined;
}

/** `https://index.docker.io/v1/` → docker.io; `quay.io/team` → quay.io and the path `team`. */
function placeOf(key: string): { registry: string; path: string } {
  const [, host = "", path = ""] = /^(?:https?:\/\/)?([^/]*)\/?(.*)$/.exec(key) ?? [];
  return { registry: canonicalRegistry(host), path: path.replace(/^v[12](?:\/|$)/, "").replace(/\/+$/, "") };
}

const isWithin = (repository: string, path: string): boolean =>
  path === "" || repository === path || repository.startsWith(`${path}/`);

function toCredentials({ auth, username, password, identitytoken, registrytoken }: z.infer<typeof entry>) {
  if (registrytoken) return { kind: "bearer", token: registrytoken } as const;
  if (identitytoken) return { kind: "identity", token: identitytoken } as const;
  const decoded = Buffer.from(auth ?? "", "base64")
    .toString("utf8")
    .replace(/\0+$/, "");
  const colon = decoded.indexOf(":");
  if (colon > 0)
    return { kind: "basic", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) } as const;
  return username && password ? ({ kind: "basic", username, password } as const) : undefined;
}
