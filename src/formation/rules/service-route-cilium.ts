import { overlaps, parseCidr } from "../../talos/cidr.ts";
import { clusterFlags, clusterSubnets, defaultSubnets } from "../../talos/config/settings.ts";
import { doubtful } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { tailscaleOf } from "../tailscale.ts";

export const serviceRouteCilium = nodeRule({
  id: "service-route-cilium",
  severity: "warning",
  title: "Service addresses through a gateway, where Cilium replaces kube-proxy",
  reason:
    "Without kube-proxy, Cilium turns a service address into a pod's, and it does so for packets from the devices that it watches; CozyStack's settings leave tailscale's out (`bpf.lbExternalClusterIP` is off). Packets for service addresses that come in by tailscale0 are expected to go nowhere, while pod addresses may work. This follows from the settings and was not seen on a cluster, so it is a warning.",
  fix: "Let tailscaled forward by itself (`subnetRouter.mode: userspace`, TS_USERSPACE=true), offer load-balancer addresses instead, or set `bpf.lbExternalClusterIP` and Cilium's devices.",
  rows: ["D6"],
  source: "cozystack/cozystack: packages/system/{cilium,kubeovn}/values.yaml; cilium/cilium#26847",
  check: (subject) => {
    const setup = tailscaleOf(subject);
    if (!setup || setup.userspace !== false || !ciliumReplacesProxy(subject)) return [];
    const services = serviceNetworks(subject);
    const route = setup.routes.find(
      ({ cidr }) => cidr && services.some((network) => overlaps(cidr, network)),
    );
    if (!route) return [];
    return [
      {
        message: `${route.place} is for service addresses, and Cilium replaces kube-proxy here: it is not expected to carry packets from tailscale0 to services.`,
        at: route.at,
        fix: subject.profile.rendered ? "subnetRouter: {mode: userspace}" : "TS_USERSPACE=true",
        effects: doubtful("Cilium is not expected to carry service addresses from tailscale0"),
      },
    ];
  },
});

/** CozyStack always; else a cluster without kube-proxy and with a network plugin of the user's own. */
function ciliumReplacesProxy({ roles, documents }: Subject): boolean {
  if (roles?.cluster.cozystack !== undefined) return true;
  const { proxyDisabled, cni } = clusterFlags(documents);
  return proxyDisabled && cni === "none";
}

function serviceNetworks({ documents, roles }: Subject) {
  const { values, isDefault } = clusterSubnets(documents, "services");
  const texts = isDefault
    ? (roles?.cluster.network.services ?? defaultSubnets.services)
    : values.map(({ text }) => text);
  return texts.flatMap((text) => parseCidr(text) ?? []);
}
