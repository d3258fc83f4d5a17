import type { RolesFile } from "../roles/model.ts";
import { architectures } from "../talos/arch.ts";
import { emptyContract } from "../talos/contract.ts";
import { undeclared } from "./assign-role.ts";
import type { Expected } from "./causes/cause.ts";
import type { ObservedNode } from "./cluster-verdict.ts";
import { expectedKey, type ExpectedRoles, unknownRole } from "./expected.ts";
import { valueOr } from "./observation.ts";

/** How a role that nobody knows is called. */
const unknownName = "unknown";

/** What this node is expected to be. */
export function expectedOfNode(roles: RolesFile, expected: ExpectedRoles, one: ObservedNode): Expected {
  const found = valueOr(one.observation.version, { arch: "" }).arch;
  const arch = architectures.find((name) => name === found) ?? roles.cluster.arch[0] ?? "arm64";
  const named = (role: string): Expected | undefined => expected.get(expectedKey(role, arch));
  if (one.node.role !== undeclared) return named(one.node.role) ?? unknownRole(roles, one.node.role);
  return openRole(
    roles,
    one,
    (one.mayBe ?? []).flatMap((role) => named(role) ?? []),
  );
}

/** Only what all the roles have in common that a node may hold is asked of it; nothing of its image can be one too many. */
function openRole(
  roles: RolesFile,
  { observation }: ObservedNode,
  candidates: readonly Expected[],
): Expected {
  const images = new Set(
    candidates.map(({ extensions }) =>
      extensions
        .map(({ name }) => name)
        .sort()
        .join(),
    ),
  );
  const names = candidates.map(({ role }) => role).join(", ");
  return {
    ...unknownRole(roles, unknownName),
    extensions: valueOr(observation.extensions, []).map(({ name }) => ({ name })),
    contract: images.size === 1 ? (candidates[0]?.contract ?? emptyContract()) : emptyContract(),
    ...(names === ""
      ? {}
      : {
          unclear: `by its image and labels its role may be any of ${names}: give it one under \`nodes:\` of roles.yaml`,
        }),
  };
}
