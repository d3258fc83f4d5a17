import { impaired } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import { roleExtensions } from "../role-extensions.ts";

export const extensionSurplus = nodeRule({
  id: "extension-surplus",
  severity: "warning",
  title: "The image has a service extension that the node's role must not have",
  reason:
    "An extension in the image is always active. A service that belongs to another role runs here too, or waits for its config and lets the boot fail: the usual sign that a node got another role's image.",
  fix: "Give the node its role's own image.",
  rows: ["A2"],
  source: "hcloud-talos/terraform-hcloud-talos#401",
  check: ({ profile, image, contract }) => {
    const { role } = profile;
    if (!role || !image.extensions || profile.rendered) return [];
    const wanted = new Set(roleExtensions(role));
    return image.extensions
      .filter(
        ({ name }) => !wanted.has(name) && contract.services.some(({ extension }) => extension === name),
      )
      .map(({ name }) => ({
        message: `the image has extension ${name} with a service, and role ${role.name} does not have it.`,
        fix: `Install the image of role ${role.name} on this node, or add ${name} to the role.`,
        effects: impaired(`${name} is in the image but not in role ${role.name}`),
      }));
  },
});
