import { impaired } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import { roleExtensions } from "../role-extensions.ts";

export const extensionMissing = nodeRule({
  id: "extension-missing",
  severity: "warning",
  title: "The image lacks an extension of the node's role",
  reason:
    "Another role's image, or the plain one, boots and looks well; what the role is for does not work. `talm upgrade` and `talosctl upgrade` compare versions only, and do not notice.",
  fix: "Give the node its role's own image.",
  rows: ["A1"],
  source: "cozystack/talm: pkg/commands/preflight_upgrade_verify.go; siderolabs/talos#8416, #9242",
  check: ({ profile, image }) => {
    const { role } = profile;
    if (!role || !image.extensions || profile.rendered) return [];
    const there = new Set(image.extensions.map(({ name }) => name));
    const lacking = roleExtensions(role).filter((name) => !there.has(name));
    if (lacking.length === 0) return [];
    return [
      {
        message: `the image lacks ${lacking.join(", ")} of role ${role.name} (${image.source}).`,
        fix: `Install the image of role ${role.name} on this node.`,
        effects: impaired(`the image lacks ${lacking.join(", ")}`),
      },
    ];
  },
});
