import type { TalosClient } from "../talos/api/client.ts";
import type { NodeToVerify } from "./cluster-verdict.ts";
import { type Part, unknown } from "./observation.ts";
import { all, resourceTypes } from "./resources.ts";

/** How many members discovery knows, from the first of a few nodes that answers: it is the same everywhere. */
export async function memberCount(
  client: TalosClient,
  nodes: readonly NodeToVerify[],
): Promise<Part<number>> {
  // All at once: one that hangs is waited for only where no earlier one has told.
  const asked = nodes
    .slice(0, 3)
    .map(({ address }) => all(client.node(address), resourceTypes.members, (id) => id));
  for (const asking of asked) {
    const members = await asking;
    if (members.known) return { known: true, value: members.value.length };
  }
  return unknown("no node told the members");
}
