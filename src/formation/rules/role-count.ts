import { countDiagnostics, countRule } from "../../roles/counts.ts";
import { clusterRule } from "../rule.ts";

export const roleCount = clusterRule({
  id: countRule,
  severity: "error",
  title: "A role is held by too many nodes, or too few",
  reason:
    "A role says how many nodes may hold it, and the gateway is for exactly one: two subnet routers for the same networks are a failover pair to Tailscale, of which one is idle, and none leaves the cluster unreachable from the tailnet. Neither shows on any node.",
  fix: "Give the role to the right number of nodes, or change its `count`.",
  rows: ["E5"],
  source: "juanfont/headscale: hscontrol/state (primary routes); Tailscale documentation, high availability",
  check: ({ roles }) =>
    (roles ? countDiagnostics(roles) : []).map(({ message, fix, role }) => ({
      message,
      fix: fix ?? undefined,
      ...(role === null ? {} : { role }),
      at: roles?.roles.find(({ name }) => name === role)?.position,
    })),
});
