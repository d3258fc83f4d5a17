import { validSubnets } from "../../talos/config/settings.ts";
import { nodeRule } from "../rule.ts";
import { settingText } from "../settings-form.ts";
import { hasTailscale, tailscaleOf } from "../tailscale.ts";

export const nodeIpSubnets = nodeRule({
  id: "node-ip-subnets",
  severity: "warning",
  title: "A node with tailscale does not say which address is its own",
  reason:
    "Without `nodeIP.validSubnets` the kubelet takes the first address of the node in order, and tailscale's is one of them once it runs: where the local network is 172.16.0.0/12 or 192.168.0.0/16, the tailnet's address comes first. The node's address then changes under a running cluster.",
  fix: "Name the local network in `nodeIP.validSubnets`.",
  rows: ["D7"],
  source: "siderolabs/talos: internal/app/machined/pkg/controllers/k8s/nodeip.go; siderolabs/extensions#337",
  check: (subject) => {
    if (!hasTailscale(subject) || tailscaleOf(subject)?.userspace === true) return [];
    if (subject.blindSpots.length > 0 || validSubnets(subject.documents)) return [];
    const nodeIP = { validSubnets: ["${NODE_SUBNET}"] };
    return [
      {
        message:
          "the config does not set nodeIP.validSubnets: once tailscale runs, the kubelet may take the tailnet's address for the node's own.",
        fix: settingText(subject, {
          kind: "KubeNodeConfig",
          content: { nodeIP },
          old: { machine: { kubelet: { nodeIP } } },
        }),
      },
    ];
  },
});
