import {
  type ChildProcess,
  spawn,
  type SpawnOptionsWithStdioTuple,
  type StdioNull,
  type StdioPipe,
} from "node:child_process";
import { join } from "node:path";
import { vi } from "vitest";
import { main } from "../../src/cli/main.ts";

const bin = join(import.meta.dirname, "..", "..", "src", "cli", "bin.ts");
const loader = import.meta.resolve("tsx");

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

export interface StartOptions {
  cwd: string;
  env?: Record<string, string>;
}

/** The command line that runs the program from its source. */
export const cliWords = (args: readonly string[]): string[] => [
  process.execPath,
  "--import",
  loader,
  bin,
  ...args,
];

/** Starts the program as a process of its own. */
export function startCli(args: readonly string[], options: StartOptions): ChildProcess {
  const [program = "", ...words] = cliWords(args);
  return spawn(program, words, startedEnvironment(options));
}

/** Where `npm run coverage` wants to know what the program runs as a process of its own. */
const childCoverage = { NODE_V8_COVERAGE: process.env["CHILD_COVERAGE"] };

/** Colours as in a pipe, and as outside CI unless a test says CI, whatever this process was started with. */
export const startedEnvironment = ({
  cwd,
  env = {},
}: StartOptions): SpawnOptionsWithStdioTuple<StdioNull, StdioPipe, StdioPipe> => ({
  cwd,
  env: {
    ...process.env,
    ...childCoverage,
    CI: undefined,
    FORCE_COLOR: undefined,
    NO_COLOR: undefined,
    ...env,
  },
  stdio: ["ignore", "pipe", "pipe"],
});

export function ended(child: ChildProcess): Promise<Ended> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk) => (out += String(chunk)));
  child.stderr?.on("data", (chunk) => (err += String(chunk)));
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status, out, err }));
  });
}

/** Runs the program in this process: for what does not depend on signals, pipes or colours. */
export async function runInside(args: readonly string[], cwd: string): Promise<Ended> {
  const texts = { out: "", err: "" };
  const take = (key: "out" | "err") => (text: string | Uint8Array) => {
    texts[key] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(take("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(take("err")),
  ];
  const before = process.cwd();
  const listeners = { SIGINT: process.listeners("SIGINT"), SIGTERM: process.listeners("SIGTERM") };
  process.chdir(cwd);
  try {
    const status = await main(args);
    return { status, ...texts };
  } finally {
    process.chdir(before);
    process.exitCode = undefined;
    // The test runner ends its workers by signals, which must not find the program's own handlers.
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      for (const one of process.listeners(name)) if (!listeners[name].includes(one)) process.off(name, one);
    }
    for (const spy of spies) spy.mockRestore();
  }
}
