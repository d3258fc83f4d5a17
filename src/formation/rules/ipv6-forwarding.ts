import { sysctl } from "../../talos/config/settings.ts";
import { textOf } from "../../talos/config/tree.ts";
import { impaired } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import { settingText } from "../settings-form.ts";
import { tailscaleOf } from "../tailscale.ts";

const name = "net.ipv6.conf.all.forwarding";

export const ipv6Forwarding = nodeRule({
  id: "ipv6-forwarding",
  severity: "warning",
  title: "An IPv6 route without IPv6 forwarding",
  reason:
    "Talos forwards IPv4, and leaves `net.ipv6.conf.all.forwarding` off. With an IPv6 route, tailscale tries to turn it on, may not (its /proc/sys is read-only), and ends with an error at every start: no route works then, not even those of IPv4.",
  fix: `Set the sysctl ${name} to "1".`,
  rows: ["B12"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/kernel_param_defaults.go; tailscale/tailscale: cmd/containerboot/forwarding.go",
  check: (subject) => {
    const setup = tailscaleOf(subject);
    const route = setup?.routes.find(({ cidr }) => cidr?.family === 6);
    if (!route || setup?.userspace !== false || subject.blindSpots.length > 0) return [];
    const value = sysctl(subject.documents, name);
    if (value && textOf(value) !== "0") return [];
    const params = { [name]: "1" };
    return [
      {
        message: `${route.place} is for IPv6, and the node does not forward IPv6: tailscale ends with an error at every start.`,
        at: route.at,
        fix: settingText(subject, {
          kind: "SysctlConfig",
          content: { params },
          old: { machine: { sysctls: params } },
        }),
        effects: impaired(`${route.place} needs ${name}=1`),
      },
    ];
  },
});
