import { type Cidr, overlaps } from "../../talos/cidr.ts";
import { clusterRule, type ClusterFinding, type ClusterSubject } from "../rule.ts";
import { type AdvertisedRoute, tailscaleOf } from "../tailscale.ts";
import type { NodeInput } from "../model.ts";

export const subnetRouterTwice = clusterRule({
  id: "subnet-router-twice",
  severity: "warning",
  title: "Two nodes offer the same route to the tailnet",
  reason:
    "Several subnet routers for one prefix are a failover pair to Tailscale and Headscale: one carries everything, and another takes over some seconds after it was lost. That is fine where it is meant. Routes of different length do not stand in for each other. Nodes with tailscale and without routes are nothing to remark.",
  fix: "Leave the routes to one node, or write down that a pair is meant (`count`, `silenced`).",
  rows: ["E5"],
  source:
    "juanfont/headscale: hscontrol/state/{node_store,ha_health}.go; Tailscale documentation, high availability",
  check: (cluster) => pairs(cluster).map((pair) => finding(pair, cluster)),
});

interface Router {
  node: NodeInput;
  route: AdvertisedRoute & { cidr: Cidr };
}

/** The first router of a prefix with each later one of another role or config. */
function pairs({ nodes }: ClusterSubject): [Router, Router][] {
  const routers: Router[] = [];
  const found: [Router, Router][] = [];
  const seen = new Map<unknown, AdvertisedRoute[]>();
  for (const { node, subject } of nodes) {
    const routes = seen.get(subject) ?? [...(tailscaleOf(subject)?.routes ?? [])];
    seen.set(subject, routes);
    const own = routes.flatMap((route) =>
      route.cidr ? [{ node, route: { ...route, cidr: route.cidr } }] : [],
    );
    const twin = own.flatMap((mine): [Router, Router][] => {
      const first = routers.find((other) => overlaps(other.route.cidr, mine.route.cidr));
      return first ? [[first, mine]] : [];
    })[0];
    if (twin) found.push(twin);
    else routers.push(...own);
  }
  return found;
}

function finding([first, { node, route }]: [Router, Router], { roles }: ClusterSubject): ClusterFinding {
  const name = (one: NodeInput) => one.name ?? `role ${one.profile.role?.name}`;
  return {
    message: `${name(first.node)} and ${name(node)} offer the same network to the tailnet: they are a failover pair, and one of them is idle.`,
    severity: roles?.roles.some(({ subnetRouter }) => subnetRouter) ? "warning" : "info",
    at: node.profile.rendered ? node.at : route.at,
    node,
    fix: `Leave the route to one of ${name(first.node)} and ${name(node)}.`,
  };
}
