import { homedir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Shard } from "../roles/shard.ts";
import { architectures } from "../talos/arch.ts";
import { progressModes } from "../report/progress/mode.ts";

// Options that many commands share: each command takes those it needs with `.addOption(fileOption())`.

export const fileOption = () => new Option("-f, --file <path>", "the roles file").default("roles.yaml");

export const jsonOption = () => new Option("--json", "write the result as one JSON document");

export const githubOption = () => new Option("--github", "write findings as annotations of GitHub Actions");

export const progressOption = () =>
  new Option("--progress <mode>", "how progress is shown on standard error")
    .choices(progressModes)
    .default("auto" as const);

export const cacheDirOption = () =>
  new Option("--cache-dir <path>", "where downloads and built parts are kept").default(
    defaultCacheDir(),
    "$XDG_CACHE_HOME/talos-roles",
  );

export const shardOption = () =>
  new Option("--shard <i/n>", "the part of one job among n that share all roles and architectures").argParser(
    parseShard,
  );

/** `2/8`. */
function parseShard(text: string): Shard {
  const [, index = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new InvalidArgumentError("It is I/N with I from 1 to N, like 2/8.");
}

export const checkoutOption = () =>
  new Option("--checkout <folder>", "a clone of CozyStack: which Talos a release pins is read from it");

export const archOption = () =>
  new Option("--arch <arch>", "which architecture, where there are several").choices(architectures);

/** Registry host → URL that is asked instead. */
export type MirrorOption = Record<string, string>;

export const mirrorOption = () =>
  new Option("--mirror <host=url>", "ask URL instead of registry HOST; may be repeated")
    .argParser(parseMirror)
    .default({}, "none");

export const insecureOption = () =>
  new Option("--insecure <host>", "talk to this registry without a trusted certificate; may be repeated")
    .argParser((host: string, previous: string[]) => [...previous, host])
    .default([] as string[], "none");

/** `ghcr.io=http://127.0.0.1:5000`, added to those before it. */
export function parseMirror(value: string, previous: MirrorOption = {}): MirrorOption {
  const [, host, url] = /^([A-Za-z0-9.-]+(?::\d+)?)=(.+)$/.exec(value) ?? [];
  if (host === undefined || url === undefined || !isHttp(url)) {
    throw new InvalidArgumentError("It is HOST=URL, like ghcr.io=http://127.0.0.1:5000.");
  }
  return { ...previous, [host]: url };
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** XDG base directories; a relative XDG_CACHE_HOME counts as none. */
function defaultCacheDir(): string {
  const base = process.env["XDG_CACHE_HOME"];
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "talos-roles");
}
