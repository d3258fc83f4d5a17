import { parseCmdline } from "./cmdline.ts";
import { kernelArgs, type KernelArgsRequest } from "./kernel-args.ts";

/** Two arguments that cannot both be meant. */
export interface OverlappingArgs {
  /** As the role has it. */
  extra: string;
  /** What it stands against: Talos' own argument, or another of the role's. */
  other: string;
  /** Where the other comes from. */
  from: "talos" | "role";
}

/** Keys that replace what is there, or of which Linux takes every value. */
const many = new Set(["console", "earlyprintk", "talos.platform", "talos.environment"]);

/**
 * A role's own arguments that stand beside another one of the same key, so that it is left to the kernel which counts: one of Talos' own
 * that was not taken away with `-key` first, or the same argument twice. Talos' imager writes both.
 */
export function overlappingArgs({ extra = [], ...request }: KernelArgsRequest): OverlappingArgs[] {
  const added = extra.filter((arg) => !arg.startsWith("-"));
  const removals = extra.filter((arg) => arg.startsWith("-"));
  const own = parseCmdline(kernelArgs({ ...request, extra: removals }));
  const twice = added.filter((arg, index) => added.indexOf(arg) !== index);
  return [
    ...added.flatMap((arg): OverlappingArgs[] => {
      const [key = ""] = arg.split("=");
      const value = own.find((one) => one.key === key && !many.has(key))?.values[0];
      return value === undefined
        ? []
        : [{ extra: arg, other: value === "" ? key : `${key}=${value}`, from: "talos" }];
    }),
    ...[...new Set(twice)].map((arg): OverlappingArgs => ({ extra: arg, other: arg, from: "role" })),
  ];
}
