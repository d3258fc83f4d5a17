import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import type { Credentials, CredentialStore } from "./credentials.ts";
import { type DockerConfig, helperFor, parseDockerConfig, storedCredentials } from "./docker-config.ts";
import { askHelper } from "./helper.ts";

/**
 * The credentials that the user's other tools use: REGISTRY_AUTH_FILE, docker's config.json (DOCKER_CONFIG), podman's auth.json,
 * and for ghcr.io GITHUB_TOKEN. The first that knows the registry wins. Files are read when a registry first asks.
 * Errors: FILE_NOT_FOUND for REGISTRY_AUTH_FILE, FORMAT_INVALID, TOOL_MISSING, TOOL_FAILED.
 */
export function userCredentials(env: NodeJS.ProcessEnv = process.env): CredentialStore {
  let configs: Promise<DockerConfig[]> | undefined;
  return async (registry, repository) => {
    configs ??= readConfigs(env);
    for (const config of await configs) {
      const found = await fromConfig(config, registry, { repository, env });
      if (found) return found;
    }
    return fromEnvironment(env, registry);
  };
}

async function fromConfig(
  config: DockerConfig,
  registry: string,
  { repository, env }: { repository: string; env: NodeJS.ProcessEnv },
): Promise<Credentials | undefined> {
  const helper = helperFor(config, registry);
  const asked = helper === undefined ? undefined : await askHelper(helper, registry, env);
  return asked ?? storedCredentials(config, registry, repository);
}

/** Set in every GitHub workflow, and often for other tools: so it is not held against the user when ghcr.io refuses it. */
function fromEnvironment(env: NodeJS.ProcessEnv, registry: string): Credentials | undefined {
  const token = env["GITHUB_TOKEN"];
  if (registry !== "ghcr.io" || !token) return undefined;
  return { kind: "basic", username: env["GITHUB_ACTOR"] ?? "unset", password: token, incidental: true };
}

async function readConfigs(env: NodeJS.ProcessEnv): Promise<DockerConfig[]> {
  const home = env["HOME"] ?? homedir();
  const named = env["REGISTRY_AUTH_FILE"];
  const podman = [env["XDG_RUNTIME_DIR"], env["XDG_CONFIG_HOME"] ?? join(home, ".config")];
  const paths = [
    join(env["DOCKER_CONFIG"] ?? join(home, ".docker"), "config.json"),
    ...podman.filter((path) => path !== undefined).map((path) => join(path, "containers", "auth.json")),
  ];
  const found = await Promise.all(paths.map(readConfig));
  const first = named ? [await requireConfig(named)] : [];
  return [...first, ...found.filter((config) => config !== undefined)];
}

async function requireConfig(path: string): Promise<DockerConfig> {
  const config = await readConfig(path);
  if (config) return config;
  throw new RolesError("FILE_NOT_FOUND", `cannot read ${path}, which REGISTRY_AUTH_FILE names`, {
    hint: "Correct REGISTRY_AUTH_FILE or unset it.",
  });
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new RolesError("FORMAT_INVALID", `cannot read ${path} (${error.code})`, {
      hint: "Check its permissions.",
    });
  });
  return text === undefined ? undefined : parseDockerConfig(text, path);
}
