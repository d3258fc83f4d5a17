import type { LockOptions } from "../../catalog/make-lock.ts";
import { RolesError } from "../../errors.ts";
import type { SignatureSource } from "../../oci/signature/find.ts";
import { command } from "../command.ts";
import { leanMemory } from "../lean-memory.ts";
import {
  cacheDirOption,
  checkoutOption,
  fileOption,
  insecureOption,
  jsonOption,
  mirrorOption,
  progressOption,
} from "../options.ts";
import { openOutput } from "../output.ts";
import { withBuildSource } from "../registry.ts";

export const lockCommand = () =>
  command("lock", {
    summary: "pins every input by digest and reads the contracts of extensions",
    examples: [
      ["talos-roles lock", "what is new is looked up, what is pinned stays"],
      ["talos-roles lock --update drbd", "looks drbd up again; without a name: everything"],
      ["talos-roles lock --check", "in CI: fails when the lock is stale, and says what moved"],
      ["talos-roles lock --verify", "checks who signed what is pinned, by `signatures` of the roles file"],
    ],
  })
    .addOption(fileOption())
    .addOption(checkoutOption())
    .option("--check", "write nothing; exit 1 when the lock is stale")
    .option(
      "--offline [layout]",
      "ask no registry: with --check compare with the roles file, with a mirror's folder use that",
    )
    .option("--verify", "check the signatures of everything pinned; exit 1 when one is not as it should be")
    .option("--update [names...]", "look pinned extensions up again: these, or everything")
    .addOption(mirrorOption())
    .addOption(insecureOption())
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async ({ file, checkout, check, offline, update, verify, ...options }) => {
      leanMemory();
      const output = openOutput(options);
      const { loadRolesWith } = await import("../load-roles.ts");
      const { checkLockFile, updateLock } = await import("../../catalog/update-lock.ts");
      const { lockCheckReport, lockReport } = await import("../../report/lock.ts");
      const roles = await loadRolesWith(file, checkout);
      if (offline === true && (verify || !check)) throw nothingToAsk(verify ? "--verify" : "lock");
      const withRegistry = <T>(work: (registry: RegistryOptions) => Promise<T>): Promise<T> =>
        withBuildSource({ ...options, offline: offline === true ? undefined : offline }, (client) =>
          work({ client, ...output, cacheDir: options.cacheDir, verify: verify ? client : undefined }),
        );
      if (check) {
        const found = await (offline === true
          ? checkLockFile(roles, undefined)
          : withRegistry((registry) => checkLockFile(roles, registry)));
        output.result(found, lockCheckReport);
        if (!found.fresh) output.setStatus(1);
        return;
      }
      const made = await withRegistry((registry) =>
        updateLock(roles, { ...registry, ...(update === undefined ? {} : { update }) }),
      );
      const { lock: _, ...result } = made;
      output.result(result, () => lockReport(made));
    });

type RegistryOptions = LockOptions & { client: SignatureSource; verify: SignatureSource | undefined };

const nothingToAsk = (what: string): RolesError =>
  new RolesError("USAGE", `${what} needs a registry, and --offline asks none`, {
    hint: "Leave it out, or name a mirror: `--offline mirror`; `talos-roles mirror` makes one.",
  });
