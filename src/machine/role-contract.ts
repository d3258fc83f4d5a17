import { ownValue } from "../formats/own-value.ts";
import { contractsFor } from "../catalog/contracts-for.ts";
import type { Lock } from "../catalog/lock-model.ts";
import type { Role, RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { type Contract, sumContracts } from "../talos/contract.ts";

export interface RoleContract {
  contract: Contract;
  source: "lock" | "registry" | "table";
  /** Extensions of which nothing is known. */
  unknown: string[];
}

/** The contract of a role, from the lock or else from the table of official extensions. Errors: REFERENCE_INVALID. */
export async function roleContract(
  { cluster }: Pick<RolesFile, "cluster">,
  role: Role,
  { lock, arch = role.arch[0] }: { lock?: Lock | undefined; arch?: Arch | undefined } = {},
): Promise<RoleContract> {
  const { contracts, source, unknown } = await contractsFor(role.extensions, cluster.talos, {
    ...(lock ? { lock } : {}),
    ...(arch ? { arch } : {}),
  });
  return {
    contract: sumContracts(role.extensions.flatMap((name) => ownValue(contracts, name) ?? [])),
    source,
    unknown,
  };
}
