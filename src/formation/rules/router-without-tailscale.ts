import { impaired } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import { hasTailscale } from "../tailscale.ts";

export const routerWithoutTailscale = nodeRule({
  id: "router-without-tailscale",
  severity: "warning",
  title: "A subnet router has no tailscale in its image",
  reason:
    "`subnetRouter` makes a role the gateway into the tailnet, by way of the tailscale extension. Without it in the image the config document is there and nothing reads it: the node boots and routes nothing.",
  fix: "Add tailscale to the role's extensions.",
  rows: ["A1"],
  source: "siderolabs/extensions: network/tailscale",
  check: (subject) => {
    const { role, rendered } = subject.profile;
    if (!role?.subnetRouter || !subject.image.extensions || hasTailscale(subject)) return [];
    if (subject.unknownExtensions.length > 0) return [];
    return [
      {
        message: `role ${role.name} is a subnet router, and the image has no tailscale: nothing will be routed.`,
        fix: rendered
          ? `roles:\n  ${role.name}:\n    extensions: [${[...role.extensions, "tailscale"].join(", ")}]\n`
          : `Install the image of role ${role.name} on this node.`,
        effects: impaired("the image has no tailscale"),
      },
    ];
  },
});
