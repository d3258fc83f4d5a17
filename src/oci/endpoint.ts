import { RolesError } from "../errors.ts";
import { canonicalRegistry, type Reference } from "./reference.ts";
import { isLoopback } from "./transport/loopback.ts";
import { redactUrl } from "./transport/redact.ts";

/** A place that serves a registry's content: the registry itself, or a mirror. */
export interface Mirror {
  /** Canonical name of the registry it stands in for. */
  registry: string;
  url: URL;
}

/** Where requests for a registry go. */
export interface Endpoints {
  /** Places to read a reference's repository from, in the order they are tried. */
  read(reference: Reference): URL[];
  /** Where it is pushed to: never a mirror. */
  write(reference: Reference): URL;
}

/** Reads `HOST=URL` (`ghcr.io=http://127.0.0.1:5000`, `docker.io=https://harbor.example/hub`). A path becomes a prefix of the repository. Errors: USAGE. */
export function parseMirror(text: string): Mirror {
  const [, host = "", address = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol) && url.username === "" && url.search === "")
    return { registry: canonicalRegistry(host), url };
  const shown = `${host}=${url ? redactUrl(url) : "…"}`;
  throw new RolesError("USAGE", `${JSON.stringify(shown)} is not a mirror`, {
    hint: "Write `HOST=URL` without user or password, like `ghcr.io=http://127.0.0.1:5000`.",
  });
}

/**
 * With mirrors for a registry only they are read, in their order; name the registry itself as the last one to fall back to it.
 * Plain HTTP is for loopback, and where a mirror's URL says so.
 */
export function endpoints(mirrors: readonly Mirror[]): Endpoints {
  const own = (registry: string): URL => {
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    const isPlain = isLoopback(new URL(`http://${host}`).hostname);
    return new URL(`${isPlain ? "http" : "https"}://${host}/`);
  };
  const write = (reference: Reference): URL => repositoryUrl(own(reference.registry), reference.repository);
  return {
    write,
    read(reference) {
      const instead = mirrors.filter(({ registry }) => registry === reference.registry);
      if (instead.length === 0) return [write(reference)];
      return instead.map(({ url }) => repositoryUrl(url, reference.repository));
    },
  };
}

/** `https://ghcr.io/v2/siderolabs/drbd/`. */
function repositoryUrl(base: URL, repository: string): URL {
  const prefix = base.pathname.replace(/^\/+|\/+$/g, "").replace(/^v2(?:\/|$)/, "");
  return new URL(`/v2/${prefix === "" ? "" : `${prefix}/`}${repository}/`, base);
}
