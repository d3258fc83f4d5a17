import { RolesError } from "../errors.ts";
import { type Digest, isDigest } from "./digest.ts";

/** A parsed image reference. `registry` is canonical (`docker.io`, never `index.docker.io`), `repository` has `library/` where Docker adds it. */
export interface Reference {
  registry: string;
  repository: string;
  /** `latest` where the text gave neither tag nor digest. */
  tag?: string;
  digest?: Digest;
}

const HOST =
  /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/**
 * Parses `[registry/]repository[:tag][@digest]` by Docker's rules: no registry means `docker.io`.
 * Grammar: distribution/reference, and the distribution specification 1.1. Errors: REFERENCE_INVALID.
 */
export function parseReference(text: string): Reference {
  const [, name = "", tag, digest] = /^([^@]*?)(?::([^:/@]*))?(?:@(.*))?$/s.exec(text) ?? [];
  const { registry, repository } = splitName(name);
  if (name.length > 255 || !HOST.test(registry)) throw invalid(text, "its registry is not a host name");
  // In lower case, as it is kept, it would be read as a part of the repository, and the image would come from Docker Hub.
  if (!isHost(registry)) throw invalid(text, "its registry has neither a dot nor a port");
  if (!isRepository(repository))
    throw invalid(text, "its repository is not lower-case words joined by . _ - /");
  if (tag !== undefined && !TAG.test(tag)) throw invalid(text, "its tag is malformed");
  if (digest !== undefined && !isDigest(digest))
    throw invalid(text, "its digest is not sha256 and 64 hex digits");
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    ...(tag === undefined && digest === undefined ? { tag: "latest" } : {}),
  };
}

export const isRepository = (text: string): boolean => text.split("/").every((part) => COMPONENT.test(part));
export const isTag = (text: string): boolean => TAG.test(text);

/** The canonical text: `ghcr.io/siderolabs/drbd:9.2.14-v1.13.6@sha256:…`. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** The same image, by digest alone. */
export const byDigest = ({ registry, repository }: Reference, digest: Digest): Reference => ({
  registry,
  repository,
  digest,
});

/** Another tag of the same repository. */
export const byTag = ({ registry, repository }: Reference, tag: string): Reference => ({
  registry,
  repository,
  tag,
});

/** Canonical name of a registry's host: all three of Docker Hub are `docker.io`. */
export const canonicalRegistry = (host: string): string =>
  DOCKER_HUB.includes(host.toLowerCase()) ? "docker.io" : host.toLowerCase();

const isHost = (first: string): boolean => /[.:[]/.test(first) || first === "localhost";

function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasHost = isHost(first) || /[A-Z]/.test(first);
  const registry = hasHost ? canonicalRegistry(first) : "docker.io";
  const path = hasHost ? name.slice(slash + 1) : name;
  const isOfficial = registry === "docker.io" && !path.includes("/");
  return { registry, repository: isOfficial ? `library/${path}` : path };
}

const invalid = (text: string, reason: string): RolesError =>
  new RolesError(
    "REFERENCE_INVALID",
    `${JSON.stringify(text.slice(0, 300))} is not an image reference: ${reason}`,
    { hint: "Write it as `registry/repository:tag` or `registry/repository@sha256:…`." },
  );
