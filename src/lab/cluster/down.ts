import { readdir, rm } from "node:fs/promises";
import { RolesError } from "../../errors.ts";
import { endProcess, isAlive } from "../processes.ts";
import { giveOrder } from "./control.ts";
import { labFiles, type LabHandle, readHandle } from "./spec.ts";

/** What was found and taken away. */
export interface DownReport {
  state: string;
  /** Whether a lab ran; without it only what it had left was taken away. */
  ran: boolean;
  /** Processes that had to be ended one by one, because the one that looks after them was gone. */
  orphans: number;
}

/** Ends the lab in `state`, also one whose supervisor was killed, and removes the folder. Errors: USAGE for a folder that is no lab's. */
export async function labDown(state: string): Promise<DownReport> {
  const entries = await readdir(state).catch(() => undefined);
  if (!entries) return { state, ran: false, orphans: 0 };
  requireOwn(state, entries);
  const handle = await readHandle(state).catch(() => undefined);
  const ran = handle !== undefined && (await isAlive(handle.supervisor));
  if (handle && ran) await askToEnd(handle);
  const orphans = handle ? await endOrphans(handle) : 0;
  await rm(state, { recursive: true, force: true });
  return { state, ran, orphans };
}

/** A folder that is to be removed must be one that `lab up` made. Errors: USAGE. */
export function requireOwn(state: string, entries: readonly string[]): void {
  const own: readonly string[] = [labFiles.spec, labFiles.handle, labFiles.marker];
  if (entries.length === 0 || entries.some((name) => own.includes(name))) return;
  throw new RolesError("USAGE", `${state} is not the folder of a lab`, {
    hint: "Name a folder that does not exist yet, or one of an earlier lab, with --state.",
  });
}

async function askToEnd(handle: LabHandle): Promise<void> {
  await giveOrder(handle, "down").catch(() => {});
  await endProcess(handle.supervisor, { graceMs: 20_000 });
}

async function endOrphans({ children }: LabHandle): Promise<number> {
  const alive = (await Promise.all(children.map(async (one) => ((await isAlive(one)) ? [one] : [])))).flat();
  await Promise.all(alive.map((one) => endProcess(one, { graceMs: 1000 })));
  return alive.length;
}
