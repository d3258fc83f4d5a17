import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { isRolesError, RolesError } from "../../errors.ts";
import { diskErrorOf } from "../../formats/files.ts";
import { isAlive } from "../processes.ts";
import { labFiles, type LabHandle, readHandle } from "./spec.ts";
import { supervisorLog } from "./up.ts";

/** A lab that was powered on, and still ends with this process. */
export interface PoweredLab {
  handle: LabHandle;
  /** Lets the lab stay when this process ends. */
  stay(): void;
  /** Ends it, and waits until it has. */
  end(): Promise<void>;
}

interface PowerOptions {
  state: string;
  /** Program and arguments of the process that looks after the lab. */
  command: readonly string[];
  signal?: AbortSignal | undefined;
}

const pollMs = 100;
/** The control server of a tailnet takes longest. */
const patienceMs = 180_000;

/**
 * Starts the process that looks after the lab, in a session of its own, and waits until it answers. As long as `stay` has not been called it
 * ends with this process, however that ends: it listens to the other end of a pipe. Errors: LAB_FAILED with the end of its log, BUILD_INTERRUPTED.
 */
export async function powerOn({ state, command, signal }: PowerOptions): Promise<PoweredLab> {
  const log = await open(join(state, labFiles.log), "a", 0o600);
  const [program = "", ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: ["pipe", log.fd, log.fd] });
  await log.close();
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.on("error", () => resolve());
  });
  child.stdin?.on("error", () => {});
  const end = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  try {
    const handle = await announced(state, child, signal);
    return {
      handle,
      end,
      stay: () => {
        child.stdin?.end("stay\n");
        child.unref();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function announced(
  state: string,
  child: ChildProcess,
  signal: AbortSignal | undefined,
): Promise<LabHandle> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const handle = await readHandle(state);
    if (handle && handle.supervisor.pid === child.pid && (await isAlive(handle.supervisor))) return handle;
    if (signal?.aborted) throw new RolesError("BUILD_INTERRUPTED", "the lab was stopped");
    if (child.exitCode !== null || child.signalCode !== null) throw await endedAtOnce(state);
    if (Date.now() > deadline)
      throw new RolesError("LAB_FAILED", `the lab does not come up:\n${await supervisorLog(state)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** On a full disk the process that ended could not even say so. */
async function endedAtOnce(state: string): Promise<unknown> {
  const message = `the lab ended at once:\n${await supervisorLog(state)}`;
  const found = await diskErrorOf(new RolesError("TOOL_FAILED", message), join(state, labFiles.log));
  if (isRolesError(found, "NO_SPACE")) return found;
  return new RolesError("LAB_FAILED", message, {
    hint: "`talos-roles doctor` shows whether a tool is missing.",
  });
}
