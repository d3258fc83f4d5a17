import { Option } from "@commander-js/extra-typings";
import { RolesError } from "../../../errors.ts";
import type { LabHandle } from "../../../lab/cluster/spec.ts";

export const stateOption = () => new Option("--state <folder>", "the lab's folder").default("lab");

/** The running lab in a folder. Errors: LAB_ABSENT. */
export async function runningLab(state: string): Promise<LabHandle> {
  const { readHandle } = await import("../../../lab/cluster/spec.ts");
  const handle = await readHandle(state);
  if (handle) return handle;
  throw new RolesError("LAB_ABSENT", `no lab runs in ${state}`, {
    hint: "`talos-roles lab up` starts one; --state names another folder.",
  });
}
