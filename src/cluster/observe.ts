import type { TalosNode } from "../talos/api/client.ts";
import type { VersionResponse } from "../talos/api/types.ts";
import { observeDetails, unasked } from "./observe-details.ts";
import { readMachine } from "./observe-machine.ts";
import { readRole } from "./observe-role.ts";
import { type Observation, unreachable } from "./observation.ts";
import { part, text } from "./resources.ts";

interface ObserveOptions {
  now?: () => number;
  /** Ids of services that the node's role brings, for which the logs are read where one is missing. */
  services?: readonly string[];
}

/**
 * Reads everything of one node that a verdict needs, and of what only sometimes matters what matters here. Never throws: what cannot be
 * read is a part that is not known.
 */
export async function observe(
  node: TalosNode,
  { now = Date.now, services = [] }: ObserveOptions = {},
): Promise<Observation> {
  const version = await part(async () => versionOf(await node.version()));
  // A node that does not even tell its version is not asked fifteen more times.
  if (!version.known) return unreachable(node.address, now(), version.reason);
  const [role, machine] = await Promise.all([readRole(node, version.value.talos), readMachine(node)]);
  const first = { address: node.address, at: now(), version, ...role, ...machine, ...unasked };
  return { ...first, ...(await observeDetails(node, first, services)) };
}

function versionOf(response: VersionResponse) {
  const first = response.messages[0];
  return {
    talos: text(first?.version?.tag),
    arch: text(first?.version?.arch),
    mode: text(first?.platform?.mode),
  };
}
