import { inTailnet, overlaps, parseCidr, tailnetRange } from "../../talos/cidr.ts";
import { clusterSubnets } from "../../talos/config/settings.ts";
import { doubtful } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { hasTailscale, tailscaleOf } from "../tailscale.ts";
import type { Position } from "../../roles/model.ts";

export const tailnetOverlap = nodeRule({
  id: "tailnet-overlap",
  severity: "warning",
  title: "The cluster uses addresses that belong to the tailnet",
  reason:
    "Every tailnet takes its addresses from 100.64.0.0/10, and Tailscale drops what comes from there by any other way. CozyStack's kube-ovn joins nodes through 100.64.0.0/16 unless told otherwise: on a node with tailscale in kernel mode, traffic between nodes and pods is then lost now and again. Change the network before the cluster is installed; afterwards it is hard.",
  fix: "Give the cluster's join, pod and service networks addresses outside 100.64.0.0/10.",
  rows: ["D6"],
  source:
    "tailscale/tailscale: util/linuxfw; cozystack/cozystack: packages/system/kubeovn/values.yaml (joinCIDR)",
  check: (subject) => {
    if (!hasTailscale(subject) || tailscaleOf(subject)?.userspace === true) return [];
    return networksOf(subject)
      .filter(({ cidr }) => isInside(cidr))
      .map(({ what, cidr, at }): Finding => ({
        message: `the ${what} network ${cidr} lies in ${tailnetRange}, which is the tailnet's: on a node with tailscale its traffic is dropped.`,
        ...(at ? { at } : {}),
        fix: `Choose another ${what} network, such as ${what === "join" ? "172.31.0.0/16" : what === "pod" ? "10.244.0.0/16" : "10.96.0.0/16"}, before the cluster is installed.`,
        effects: doubtful(`the ${what} network lies in the tailnet's addresses`),
      }));
  },
});

function isInside(text: string): boolean {
  const [cidr, range] = [parseCidr(text), parseCidr(tailnetRange)];
  return inTailnet(text) || Boolean(cidr && range && overlaps(cidr, range));
}

interface Network {
  what: "join" | "pod" | "service";
  cidr: string;
  at?: Position;
}

function networksOf({ documents, roles }: Subject): Network[] {
  const { join } = roles?.cluster.network ?? {};
  const own = (["pods", "services"] as const).flatMap((which) =>
    clusterSubnets(documents, which).values.map(({ text, at }): Network => ({
      what: which === "pods" ? "pod" : "service",
      cidr: text,
      at,
    })),
  );
  const known = new Set(own.map(({ cidr }) => cidr));
  const written = (["pods", "services"] as const).flatMap((which) =>
    (roles?.cluster.network[which] ?? [])
      .filter((cidr) => !known.has(cidr))
      .map((cidr): Network => ({ what: which === "pods" ? "pod" : "service", cidr })),
  );
  return [...own, ...written, ...(join === undefined ? [] : [{ what: "join", cidr: join } as const])];
}
