import { documentsText } from "../../machine/yaml.ts";
import { etcdSubnets } from "../../talos/config/settings.ts";
import { nodeRule } from "../rule.ts";
import { hasTailscale, tailscaleOf } from "../tailscale.ts";

export const etcdSubnetsRule = nodeRule({
  id: "etcd-subnets",
  severity: "warning",
  title: "A control plane with tailscale does not say which address etcd has",
  reason:
    "Without `cluster.etcd.advertisedSubnets`, etcd may announce itself to its peers by the tailnet's address, as the kubelet may. Peers that are not in the tailnet then cannot reach it.",
  fix: "Name the local network in `cluster.etcd.advertisedSubnets`.",
  rows: ["D7"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/network/node_address.go; siderolabs/extensions#337",
  check: (subject) => {
    if (subject.profile.controlPlane !== true || !hasTailscale(subject)) return [];
    if (tailscaleOf(subject)?.userspace === true || subject.blindSpots.length > 0) return [];
    if (etcdSubnets(subject.documents)) return [];
    return [
      {
        message:
          "the config does not set cluster.etcd.advertisedSubnets: once tailscale runs, etcd may announce the tailnet's address to its peers.",
        fix: documentsText([{ cluster: { etcd: { advertisedSubnets: ["${NODE_SUBNET}"] } } }]),
      },
    ];
  },
});
