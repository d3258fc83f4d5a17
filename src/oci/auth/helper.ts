import { spawn } from "node:child_process";
import { z } from "zod";
import { RolesError } from "../../errors.ts";
import type { Credentials } from "./credentials.ts";

const answer = z.looseObject({ Username: z.string(), Secret: z.string() });
const TIMEOUT = 60_000;
const LIMIT = 1 << 20;

/**
 * Asks `docker-credential-<name> get` for a registry (docker/docker-credential-helpers protocol). Undefined when it has none.
 * What the helper says is never repeated. Errors: TOOL_MISSING, TOOL_FAILED.
 */
export async function askHelper(
  name: string,
  registry: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw failed(program.slice(0, 80), "its name is not one");
  const server = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  const { status, output } = await run(program, server, env);
  if (status !== 0 && /credentials not found/i.test(output)) return undefined;
  if (status !== 0) throw failed(program, `it ended with ${status}`);
  return parse(output, program);
}

function parse(output: string, program: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw failed(program, "its answer is not JSON");
  }
  const result = answer.safeParse(value);
  if (!result.success) throw failed(program, "its answer has no Username and Secret");
  const { Username: username, Secret: secret } = result.data;
  if (secret === "") return undefined;
  return username === "<token>"
    ? { kind: "identity", token: secret }
    : { kind: "basic", username, password: secret };
}

function run(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"], timeout: TIMEOUT });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.length > LIMIT) child.kill("SIGKILL");
    });
    // A helper that does not read its input closes it early; its answer decides.
    child.stdin.on("error", () => {});
    child.stdin.end(`${input}\n`);
    child.on("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "ENOENT" ? missing(program) : failed(program, `it cannot be started (${cause.code})`),
      );
    });
    child.on("close", (code, signal) => resolve({ status: code ?? signal ?? "unknown", output }));
  });
}

const missing = (program: string): RolesError =>
  new RolesError("TOOL_MISSING", `${program} is not installed, and docker's config names it`, {
    hint: "Install it, or remove credsStore and credHelpers from docker's config.json.",
  });

const failed = (program: string, reason: string): RolesError =>
  new RolesError("TOOL_FAILED", `${program} gave no credentials: ${reason}`, {
    hint: `Run \`echo HOST | ${program} get\` to see what it says.`,
  });
