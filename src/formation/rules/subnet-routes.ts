import { contains, overlaps, parseCidr, sameCidr, tailnetRange, type Cidr } from "../../talos/cidr.ts";
import { clusterSubnets, defaultSubnets } from "../../talos/config/settings.ts";
import { doubtful } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { type AdvertisedRoute, tailscaleOf } from "../tailscale.ts";

export const subnetRoutes = nodeRule({
  id: "subnet-routes",
  severity: "warning",
  title: "A subnet router's route is not the cluster's network",
  reason:
    "A route is compared with the pod, service and join networks of the cluster: those of the config, else Talos' defaults (10.244.0.0/16 and 10.96.0.0/12). One that covers more than the cluster's network takes addresses of others; one that covers less leaves pods or services unreachable; a default of Talos beside other networks in the config was surely meant to be those. A route to some other network (a LAN) is nothing to remark.",
  fix: "Use the cluster's own networks as routes.",
  rows: ["D5"],
  source:
    "siderolabs/talos: pkg/machinery/constants (DefaultIPv4PodNet, DefaultIPv4ServiceNet); cozystack/cozystack: packages/core/platform/values.yaml",
  check: (subject) => {
    const { routes = [] } = tailscaleOf(subject) ?? {};
    const networks = networksOf(subject);
    return routes.flatMap((route) => judgeRoute(route, networks));
  },
});

interface Network {
  what: string;
  text: string;
  cidr: Cidr;
  /** Its like among Talos' and CozyStack's defaults, where the cluster has another. */
  usual: readonly Cidr[];
}

function networksOf({ documents, roles }: Subject): Network[] {
  const own = (["pods", "services"] as const).flatMap((which): Network[] => {
    const { values, isDefault, hidden } = clusterSubnets(documents, which);
    if (hidden) return [];
    const written = isDefault ? undefined : values.map(({ text }) => text);
    const texts = written ?? roles?.cluster.network[which] ?? defaultSubnets[which];
    const usual = (which === "pods" ? ["10.244.0.0/16"] : ["10.96.0.0/12", "10.96.0.0/16"]).flatMap(
      (text) => parseCidr(text) ?? [],
    );
    return texts.flatMap((text) => {
      const cidr = parseCidr(text);
      return cidr ? [{ what: which === "pods" ? "pod" : "service", text, cidr, usual }] : [];
    });
  });
  const join = roles?.cluster.network.join;
  const cidr = join === undefined ? undefined : parseCidr(join);
  return [...own, ...(join !== undefined && cidr ? [{ what: "join", text: join, cidr, usual: [] }] : [])];
}

function judgeRoute({ cidr, place, at }: AdvertisedRoute, networks: readonly Network[]): Finding[] {
  if (!cidr || cidr.hostBits || networks.some((network) => sameCidr(cidr, network.cidr))) return [];
  const found = faultOf(cidr, networks);
  if (!found) return [];
  return [
    {
      message: `${place} ${found.fault}.`,
      at,
      fix: found.fix,
      effects: doubtful(`${place} ${found.fault}`),
    },
  ];
}

function faultOf(cidr: Cidr, networks: readonly Network[]): { fault: string; fix: string } | undefined {
  const tailnet = parseCidr(tailnetRange);
  if (tailnet && overlaps(cidr, tailnet))
    return { fault: `overlaps ${tailnetRange}, the tailnet's own addresses`, fix: "Remove the route." };
  const hit = networks.find((network) => overlaps(cidr, network.cidr));
  if (hit) {
    const { what, text } = hit;
    if (what === "join")
      return { fault: `covers the join network ${text}, which is for nodes alone`, fix: "Remove the route." };
    return contains(cidr, hit.cidr)
      ? { fault: `covers more than the cluster's ${what} network ${text}`, fix: `Use ${text} as the route.` }
      : {
          fault: `covers only a part of the cluster's ${what} network ${text}`,
          fix: `Use ${text} as the route.`,
        };
  }
  const meant = networks.find(({ usual }) => usual.some((one) => sameCidr(one, cidr)));
  return (
    meant && {
      fault: `is a usual ${meant.what} network, and this cluster's is ${meant.text}`,
      fix: `Use ${meant.text} as the route.`,
    }
  );
}
