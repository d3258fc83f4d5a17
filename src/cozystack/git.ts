import { type RunOptions, runTool } from "../formats/run-tool.ts";

/**
 * Settings that decide how git compares and applies. They are given on every call, so that neither the repository's
 * own settings nor the user's reach a patch, and nothing of a checkout's settings may start a program.
 */
const pinned: readonly string[] = settings([
  "core.autocrlf=false",
  "core.eol=lf",
  "core.fileMode=true",
  "core.quotePath=true",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "diff.noprefix=false",
  "diff.mnemonicPrefix=false",
  "diff.algorithm=myers",
  "diff.renames=false",
  "apply.whitespace=nowarn",
  "apply.ignoreWhitespace=no",
  "color.ui=false",
]);

/** What a checkout's own settings may never do, even where they are read. */
const harmless: readonly string[] = settings(["core.fsmonitor=false", "core.hooksPath=/dev/null"]);

function settings(pairs: readonly string[]): string[] {
  return pairs.flatMap((pair) => ["-c", pair]);
}

const environment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
};

/** Runs git in a repository of our own, with pinned settings. Errors: TOOL_MISSING, TOOL_FAILED. */
export const git = (args: readonly string[], { env, ...options }: RunOptions = {}): Promise<string> =>
  runTool("git", [...harmless, ...pinned, ...args], { ...options, env: { ...environment, ...env } });

/**
 * Runs git in the user's checkout, which it only reads: with the user's settings, because they say which folders are
 * trusted and how line ends lie on disk. Errors: as `git`.
 */
export const gitAsUser = (args: readonly string[], options: RunOptions = {}): Promise<string> =>
  runTool("git", [...harmless, ...args], {
    ...options,
    env: { ...home(), GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", ...options.env },
  });

const home = (): Record<string, string> =>
  Object.fromEntries(
    ["HOME", "XDG_CONFIG_HOME"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Options of every comparison that becomes a patch: full object ids, so that two clones give the same text. */
export const diffOptions: readonly string[] = [
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--full-index",
  "--binary",
  "--text",
  "--unified=3",
  "--inter-hunk-context=0",
  "--no-indent-heuristic",
  "--no-renames",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];
