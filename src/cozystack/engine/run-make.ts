import { runTool } from "../../formats/run-tool.ts";
import { type Settings, makeWords } from "../settings.ts";

interface MakeWanted {
  /** The package with the Makefile. */
  folder: string;
  settings: Settings;
  /** Release of the checkout: without it the Makefile asks upstream for its tags, over the network. */
  release: string;
  signal?: AbortSignal | undefined;
}

/** Of the user's environment, what Docker and registry clients need to find their way. */
const passed = [
  "HOME",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "DOCKER_HOST",
  "DOCKER_CONFIG",
  "DOCKER_CONTEXT",
  "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH",
  "REGISTRY_AUTH_FILE",
  "SSL_CERT_FILE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
];

/** Runs a target of CozyStack's Makefile with the settings of a role. Errors: TOOL_FAILED with what make said, BUILD_INTERRUPTED. */
export const runMake = (target: string, { folder, settings, release, signal }: MakeWanted): Promise<string> =>
  runTool(
    "make",
    [
      "--no-print-directory",
      ...makeWords(settings),
      `COZYSTACK_VERSION=${release}`,
      // Some releases ask Docker for these while they parse.
      "BUILDER=",
      "PLATFORM=",
      target,
    ],
    { cwd: folder, env: environment(), ...(signal ? { signal } : {}) },
  );

const environment = (): Record<string, string> =>
  Object.fromEntries(
    passed.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
