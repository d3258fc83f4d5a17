import { unknown } from "../../roles/answer.ts";
import { nodeRule } from "../rule.ts";
import { tailscaleOf } from "../tailscale.ts";

export const routesApproval = nodeRule({
  id: "routes-approval",
  severity: "info",
  title: "Routes must be approved where the tailnet is run",
  reason:
    "A subnet router only offers its routes. Until an administrator, or an auto-approver in the tailnet's policy, approves them nothing goes through, and the node looks healthy to Talos and Kubernetes. No config shows it; `talos-roles verify` can look.",
  fix: "Let the policy approve the routes of the gateway's tag.",
  rows: ["D5"],
  source: "Tailscale documentation, subnet routers; juanfont/headscale: docs/ref/routes.md",
  check: (subject) => {
    const setup = tailscaleOf(subject);
    if (!setup?.isRouter) return [];
    const tag = /--advertise-tags[= ](tag:[A-Za-z0-9-]+)/.exec(setup.extraArgs)?.[1] ?? "tag:gateway";
    return [
      {
        message:
          "this node offers routes to the tailnet, and no config shows whether they are approved there.",
        at: setup.document.nameAt,
        fix: policy(subject.profile.role?.subnetRouter?.routes ?? [], tag),
        effects: {
          roleFunctional: unknown(
            "its routes carry nothing until they are approved in the tailnet, which no config shows",
          ),
        },
      },
    ];
  },
});

/** The part of a tailnet policy that approves routes; without a roles file the user's own stand for them. */
function policy(routes: readonly string[], tag: string): string {
  if (routes.length === 0)
    return `Approve them in the admin console, or let the policy's autoApprovers.routes name ${tag} for them.`;
  return `${JSON.stringify({ autoApprovers: { routes: Object.fromEntries(routes.map((route) => [route, [tag]])) } }, null, 2)}\n`;
}
