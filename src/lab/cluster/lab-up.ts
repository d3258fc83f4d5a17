import { type Emit, step } from "../../events.ts";
import { RolesError } from "../../errors.ts";
import type { RolesFile } from "../../roles/model.ts";
import { claimFolder } from "./claim.ts";
import { giveOrder } from "./control.ts";
import { labDown } from "./down.ts";
import { type PoweredLab, powerOn } from "./power-on.ts";
import type { LabStatus } from "./status.ts";
import { prepareLab, type UpOptions } from "./up.ts";

interface LabUpOptions extends UpOptions {
  /** The process that looks after the lab, without the name of its folder. */
  command: readonly string[];
  /** Why the cluster has not formed yet; empty when it has. Without it the lab is left as soon as it is powered on. */
  formed?: () => Promise<string[]>;
  timeoutMs?: number;
}

/**
 * Builds, powers on and forms a lab, which then stays. Where that fails before the machines run nothing is left; a lab that does not form in
 * time stays, to be looked at. While another process makes one in the same folder, nothing is touched. Errors: those of `prepareLab`, LAB_FAILED, BUILD_INTERRUPTED.
 */
export async function labUp(file: RolesFile, options: LabUpOptions): Promise<LabStatus> {
  const release = await claimFolder(options.state);
  try {
    return await makeLab(file, options);
  } finally {
    await release();
  }
}

async function makeLab(file: RolesFile, options: LabUpOptions): Promise<LabStatus> {
  const { state, emit, signal } = options;
  try {
    if (options.upstream === "real")
      emit({
        type: "note",
        level: "warning",
        text: "real Talos: this path was not proven where it was developed",
      });
    const spec = await prepareLab(file, options);
    if (spec.withoutWorkload !== null)
      emit({ type: "note", level: "warning", text: `no pods in this lab: ${spec.withoutWorkload}` });
    if (spec.withoutTailnet !== null)
      emit({ type: "note", level: "warning", text: `no tailnet in this lab: ${spec.withoutTailnet}` });
    const lab = await powerOn({ state, command: [...options.command, state], signal });
    emit({ type: "note", level: "info", text: `${spec.machines.length} machines are powered on` });
    return await untilFormed(lab, options);
  } catch (error) {
    if (!(error instanceof RolesError && error.details.some((one) => "lab" in one)) && !isRefusal(error))
      await labDown(state).catch(() => {});
    throw error;
  }
}

/** Errors that come before anything was made, about a folder that is not to be touched. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RolesError && ["LAB_RUNNING", "USAGE", "COUNT_VIOLATED"].includes(error.code);

async function untilFormed(lab: PoweredLab, options: LabUpOptions): Promise<LabStatus> {
  const { formed, timeoutMs = 900_000, signal, emit } = options;
  try {
    if (formed)
      await step(emit, "form", "the cluster forms", () => forming(formed, { timeoutMs, signal, emit }));
    const status = await giveOrder<LabStatus>(lab.handle, "status");
    lab.stay();
    return status;
  } catch (error) {
    if (error instanceof RolesError && error.code === "LAB_FAILED") {
      lab.stay();
      throw error;
    }
    await lab.end();
    throw error;
  }
}

const pollMs = 2000;

interface Forming {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  emit: Emit;
}

async function forming(formed: () => Promise<string[]>, { timeoutMs, signal, emit }: Forming): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let said = "";
  for (;;) {
    if (signal?.aborted) throw new RolesError("BUILD_INTERRUPTED", "the lab was stopped");
    const open = await formed();
    if (open.length === 0) return;
    const text = open.join("; ");
    if (text !== said) emit({ type: "note", level: "info", text });
    said = text;
    if (Date.now() > deadline) {
      throw new RolesError("LAB_FAILED", `the cluster has not formed in ${timeoutMs / 1000} s: ${text}`, {
        hint: "The lab still runs: `talos-roles lab status`, `talos-roles lab console NAME`; `talos-roles lab down` ends it.",
        details: [{ lab: "runs" }],
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
