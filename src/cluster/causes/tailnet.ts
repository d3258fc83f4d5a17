import { contains, inTailnet, overlaps, parseCidr } from "../../talos/cidr.ts";
import { valueOr } from "../observation.ts";
import type { Case, Cause, Row, TailnetDevice } from "./cause.ts";

const tunnelled = ({ observation }: Case): boolean => valueOr(observation.tunnelUp, false);

/** Routes of the role that none of `have` covers. */
function uncovered(routes: readonly string[], have: readonly string[]): string[] {
  const covers = have.flatMap((text) => parseCidr(text) ?? []);
  return routes.filter((text) => {
    const wanted = parseCidr(text);
    return wanted !== undefined && !covers.some((one) => contains(one, wanted));
  });
}

const deviceText = ({ name, addresses, advertised, approved }: TailnetDevice): string =>
  `${name} ${addresses[0] ?? ""}: advertises ${advertised.join(", ") || "nothing"}; approved ${approved.join(", ") || "nothing"}`;

/** D5 and the part of D4 that only the tailnet knows: routes that nobody approved, a device that nobody let in or that is offline. */
const device: Row = ({ device: part, expected, observation }) => {
  const { router } = expected;
  const running = valueOr(observation.services, []).some(
    ({ id, state }) => id === "ext-tailscale" && state === "Running",
  );
  if (!router || !part.known || !running) return [];
  const found = part.value;
  if (found === null) return [stranger()];
  if (!found.authorized) return [unauthorized(found)];
  if (found.online === false) return [offline(found)];
  const unapproved = uncovered(router.routes, found.approved);
  if (unapproved.length === 0) return [];
  const silent = uncovered(unapproved, found.advertised);
  return [silent.length > 0 ? notAdvertised(found, silent) : notApproved(found, unapproved)];
};

const harmless = { blocksBoot: false, blocksKubernetes: false, service: "ext-tailscale" };

const stranger = (): Cause => ({
  ...harmless,
  row: "D4",
  title: "the tailnet has no device of this node",
  chain: [
    "ext-tailscale runs",
    "no device of the tailnet has its address or name: it is not logged in to this tailnet",
  ],
  evidence: [{ source: "tailnet API", text: "no device with this node's address or name" }],
  advice: "Put an auth key of this tailnet into its ExtensionServiceConfig; check loginServer in roles.yaml.",
});

const unauthorized = (found: TailnetDevice): Cause => ({
  ...harmless,
  row: "D4",
  title: `device ${found.name} is not approved in the tailnet`,
  chain: ["ext-tailscale has logged in", "the tailnet asks for device approval, and nobody has given it"],
  evidence: [{ source: "tailnet API", text: deviceText(found) }],
  advice: `Approve device ${found.name} in the admin console, or use a pre-approved auth key.`,
});

const offline = (found: TailnetDevice): Cause => ({
  ...harmless,
  row: "D4",
  title: `device ${found.name} is offline in its tailnet`,
  chain: [
    "ext-tailscale runs, and has logged in once",
    "its control server does not hear of it now: no device of the tailnet is told of its routes",
  ],
  evidence: [{ source: "tailnet API", text: `${deviceText(found)}; offline` }],
  advice:
    "See its log, `talosctl logs ext-tailscale`: its key has expired, or the node cannot reach its control server.",
});

const notApproved = (found: TailnetDevice, routes: string[]): Cause => ({
  ...harmless,
  row: "D5",
  title: `routes ${routes.join(", ")} are not approved`,
  chain: [
    `${found.name} advertises ${routes.join(", ")}`,
    "nobody approved them in the tailnet",
    "everything on the node looks well, and no packet comes through",
  ],
  evidence: [{ source: "tailnet API", text: deviceText(found) }],
  advice: `Approve them: in Tailscale's admin console, by autoApprovers in the policy, or with \`headscale nodes approve-routes\`.`,
});

const notAdvertised = (found: TailnetDevice, routes: string[]): Cause => ({
  ...harmless,
  row: "B4",
  title: `${found.name} does not advertise ${routes.join(", ")}`,
  chain: [`TS_ROUTES in the document tailscale lacks ${routes.join(", ")}`, "the tailnet cannot reach them"],
  evidence: [{ source: "tailnet API", text: deviceText(found) }],
  advice: "Write the document again with `talos-roles config` and apply it.",
});

/** D6: another network of this node uses addresses of the tailnet: Tailscale drops its packets. */
const collision: Row = (one) => {
  if (!tunnelled(one) || one.expected.router?.kernel === false) return [];
  const foreign = valueOr(one.observation.addresses, []).filter(
    ({ link, address }) => !link.startsWith("tailscale") && inTailnet(address),
  );
  if (foreign.length === 0) return [];
  const text = foreign.map(({ link, address }) => `${address} on ${link}`).join(", ");
  return [
    {
      row: "D6",
      title: `${text} lies in the tailnet's 100.64.0.0/10`,
      chain: [
        `${text} is of 100.64.0.0/10, which Tailscale claims for itself`,
        "Tailscale drops packets from there that do not come through tailscale0",
        "pods and services of this node fail now and then",
      ],
      evidence: [{ source: "AddressStatus", text }],
      blocksBoot: false,
      blocksKubernetes: false,
      advice:
        "Give kube-ovn another join network (172.31.0.0/16), or Headscale another prefix; `talos-roles check` names both places.",
    },
  ];
};

/** D7: the kubelet took the tailnet's address for its node's. */
const nodeAddress: Row = (one) => {
  const own = valueOr(one.observation.nodeIps, []).filter(inTailnet);
  const tunnel = new Set(
    valueOr(one.observation.addresses, [])
      .filter(({ link }) => link.startsWith("tailscale"))
      .map(({ address }) => address),
  );
  const taken = own.filter((address) => tunnel.has(address));
  if (taken.length === 0) return [];
  return [
    {
      row: "D7",
      title: `the kubelet uses the tailnet address ${taken.join(", ")}`,
      chain: [
        "machine.kubelet.nodeIP.validSubnets does not say which addresses count",
        `the kubelet took ${taken.join(", ")} of tailscale0 for its node's`,
        "other nodes cannot reach it there; the address changes whenever tailscale restarts",
      ],
      evidence: [{ source: "NodeIP", text: valueOr(one.observation.nodeIps, []).join(", ") }],
      blocksBoot: false,
      blocksKubernetes: false,
      patch: "machine:\n  kubelet:\n    nodeIP:\n      validSubnets:\n        - ${NODE_SUBNET}\n",
    },
  ];
};

/** D8: the node accepts routes of its own tailnet for what its cluster routes itself. */
const acceptedRoutes: Row = (one) => {
  const own = [...one.expected.pods, ...one.expected.services].flatMap((text) => parseCidr(text) ?? []);
  const stolen = valueOr(one.observation.tunnelRoutes, []).filter((text) => {
    const route = parseCidr(text);
    return route !== undefined && own.some((cidr) => overlaps(cidr, route));
  });
  if (stolen.length === 0) return [];
  return [
    {
      row: "D8",
      title: `${stolen.join(", ")} leaves through tailscale0`,
      chain: [
        "tailscale runs with --accept-routes",
        `it took another router's ${stolen.join(", ")}, which is this cluster's own`,
        "pod traffic of this node leaves through the tailnet",
      ],
      evidence: [{ source: "RouteStatus", text: `${stolen.join(", ")} via tailscale0` }],
      blocksBoot: false,
      blocksKubernetes: false,
      advice: "Take --accept-routes out of TS_EXTRA_ARGS in the document tailscale, and apply it.",
    },
  ];
};

export const tailnetRows: Row[] = [device, collision, nodeAddress, acceptedRoutes];
