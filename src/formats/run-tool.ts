import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RolesError } from "../errors.ts";
import { type Tool, type ToolName, tools } from "./tools.ts";

export interface RunOptions {
  /** Fed to standard input, with back-pressure; without it standard input is empty. */
  input?: AsyncIterable<Uint8Array>;
  /** Added to the small fixed environment (PATH, LC_ALL=C, TZ=UTC) that every tool gets, so that the user's own cannot reach an output. */
  env?: Record<string, string>;
  cwd?: string;
  /** Standard output becomes a true pipe, for tools that open /dev/stdout themselves: Node's own pipes are sockets, which cannot be opened. */
  truePipe?: boolean;
  signal?: AbortSignal;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a tool and yields its standard output. Errors: TOOL_MISSING, TOOL_FAILED (with the end of its standard error). */
export async function* streamTool(
  name: ToolName,
  args: readonly string[],
  options: RunOptions = {},
): AsyncGenerator<Uint8Array> {
  const child = start(name, args, options);
  const errors = tail(child.stderr);
  const ended = exitOf(child, name, options.truePipe);
  ended.catch(() => {});
  const fault: Fault = {};
  const fed = feed(child, options.input && watched(options.input, fault));
  fed.catch(() => {});
  let complete = false;
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array;
    complete = true;
  } finally {
    if (!complete) child.kill("SIGKILL");
  }
  const status = await ended;
  // A tool whose input broke off fails too; the input's own error says why.
  if (fault.error !== undefined) throw fault.error as Error;
  if (status !== 0) throw failed(name, status, await errors, options.signal);
  await fed;
}

/** Runs a tool to its end and returns its standard output as text. Errors: as `streamTool`. */
export async function runTool(
  name: ToolName,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of streamTool(name, args, options)) parts.push(chunk);
  return Buffer.concat(parts).toString("utf8");
}

/** Runs its arguments with a pipe through `cat` as standard output, and ends with their status. */
const TRUE_PIPE = `exec 3>&1
status=$({ { "$@" 3>&-; echo "$?" >&4; } | cat >&3; } 4>&1)
exit "$status"`;

function start(
  name: ToolName,
  args: readonly string[],
  { env, cwd, signal, truePipe = false }: RunOptions,
): Child {
  const { command } = tools[name];
  const [program, words] = truePipe ? ["sh", ["-c", TRUE_PIPE, "sh", command, ...args]] : [command, args];
  return spawn(program, words, {
    env: { PATH: toolPath(), LC_ALL: "C", TZ: "UTC", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Where tools are looked for: depmod and mkfs.vfat lie where an ordinary user's PATH does not reach. */
export const toolPath = (): string =>
  `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/local/sbin:/usr/sbin:/sbin`;

interface Fault {
  error?: unknown;
}

async function* watched(input: AsyncIterable<Uint8Array>, fault: Fault): AsyncGenerator<Uint8Array> {
  try {
    yield* input;
  } catch (error) {
    fault.error = error;
    throw error;
  }
}

async function feed(child: Child, input: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  if (!input) {
    child.stdin.end();
    return;
  }
  try {
    await pipeline(input, child.stdin);
  } catch (error) {
    // A tool that ends early closes its input; its own exit status says whether that was an error.
    if (!["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      child.kill("SIGKILL");
      throw error;
    }
  }
}

async function tail(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream) text = (text + String(chunk)).slice(-2000);
  return text.trim();
}

function exitOf(child: Child, name: ToolName, truePipe = false): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on("error", (cause: NodeJS.ErrnoException) => {
      if (cause.name === "AbortError") reject(interrupted(name));
      else reject(cause.code === "ENOENT" ? missing(name) : cause);
    });
    child.on("close", (code, signal) => {
      // 127 is the shell's "not found", when a shell stands between (truePipe).
      if (code === 127 && truePipe) reject(missing(name));
      else resolve(code ?? signal ?? "unknown");
    });
  });
}

export function missing(name: ToolName): RolesError {
  const { command, debian, install }: Tool = tools[name];
  return new RolesError("TOOL_MISSING", `${command} is not installed`, {
    hint: `${install ?? `Debian and Ubuntu: \`apt-get install ${debian}\``}. \`talos-roles doctor\` lists every tool.`,
  });
}

const interrupted = (name: ToolName): RolesError =>
  new RolesError("BUILD_INTERRUPTED", `${tools[name].command} was stopped`);

function failed(name: ToolName, status: number | string, errors: string, signal?: AbortSignal): RolesError {
  if (signal?.aborted) return interrupted(name);
  if (/no space left on device|exceeds free space on media/i.test(errors)) {
    return new RolesError("NO_SPACE", `no space left while ${tools[name].command} was writing`, {
      hint: "Free some space, or point --cache-dir and --out at a larger disk, then run the command again.",
    });
  }
  return new RolesError(
    "TOOL_FAILED",
    `${tools[name].command} ended with ${status}: ${errors || "it said nothing"}`,
  );
}
