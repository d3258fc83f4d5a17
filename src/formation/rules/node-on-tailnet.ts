import { inTailnet } from "../../talos/cidr.ts";
import { etcdSubnets, textsOf, validSubnets } from "../../talos/config/settings.ts";
import { nodeRule } from "../rule.ts";
import { hasTailscale } from "../tailscale.ts";

export const nodeOnTailnet = nodeRule({
  id: "node-on-tailnet",
  severity: "warning",
  title: "The node's own address is one of the tailnet, and tailscale runs on the node",
  reason:
    "Where kubelet or etcd use the tailnet's address, they wait for tailscale; tailscale needs a valid key to log in. After an outage in which keys expired, nothing comes up by itself: a known circle.",
  fix: "Use the local network for `validSubnets` and `advertisedSubnets`.",
  rows: ["D7"],
  source: "notes of operators on their own outages; siderolabs/extensions#1091",
  check: (subject) => {
    if (!hasTailscale(subject)) return [];
    const { documents } = subject;
    return [...textsOf(validSubnets(documents)), ...textsOf(etcdSubnets(documents))]
      .filter(({ text }) => inTailnet(text.replace(/^!/, "")) && !text.startsWith("!"))
      .map(({ at }) => ({
        message:
          "the node's own address is to be one of the tailnet: kubelet or etcd then wait for tailscale to log in.",
        at,
        fix: "Name the local network instead.",
      }));
  },
});
