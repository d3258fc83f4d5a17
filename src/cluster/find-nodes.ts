import { RolesError } from "../errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { undeclared } from "./assign-role.ts";
import type { NodeToVerify } from "./cluster-verdict.ts";

/** The nodes that Kubernetes knows, for a roles file without an inventory. Their roles are found by what they run. Errors: those of the client, USAGE. */
export async function findNodes(client: KubeClient): Promise<NodeToVerify[]> {
  const nodes = (await client.nodes()).flatMap(({ metadata, status }) => {
    const addresses = status?.addresses ?? [];
    const address = (addresses.find(({ type }) => type === "InternalIP") ?? addresses[0])?.address;
    return address === undefined ? [] : [{ name: metadata.name, address, role: undeclared }];
  });
  if (nodes.length === 0) {
    throw new RolesError("USAGE", "neither roles.yaml nor Kubernetes knows a node", {
      hint: "Add them under `nodes:`, each with name, address and role.",
    });
  }
  return nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
}
