import type { ClusterNode, Role, ServiceSetting } from "../roles/model.ts";

/** Addresses that Tailscale gives to its nodes: never a node's own, nor etcd's. */
export const tailnet = { ipv4: "100.64.0.0/10", ipv6: "fd7a:115c:a1e0::/48" } as const;

export const tailscaleService = "tailscale";

/**
 * Settings of the tailscale service (containerboot's variables: facts, talos-readiness §5.2). The key is used for the first login only:
 * otherwise one that has run out would break a later reboot. The name is given: the service has a UTS namespace of its own. DNS of the tailnet stays off: it would rewrite the host's resolver.
 */
export function tailscaleSettings(
  { subnetRouter }: Pick<Role, "subnetRouter">,
  node?: Pick<ClusterNode, "name">,
): ServiceSetting {
  const { authKey, hostname = node?.name, routes = [], mode, loginServer, tags = [] } = subnetRouter ?? {};
  const args = [
    ...(loginServer === undefined ? [] : [`--login-server=${loginServer}`]),
    ...(tags.length > 0 ? [`--advertise-tags=${tags.join(",")}`] : []),
  ];
  return {
    environment: {
      TS_AUTHKEY: authKey ?? { env: "TS_AUTHKEY" },
      TS_AUTH_ONCE: "true",
      TS_ACCEPT_DNS: "false",
      ...(hostname === undefined ? {} : { TS_HOSTNAME: hostname }),
      ...(routes.length > 0 ? { TS_ROUTES: routes.join(",") } : {}),
      ...(mode === "userspace" ? { TS_USERSPACE: "true" } : {}),
      ...(args.length > 0 ? { TS_EXTRA_ARGS: args.join(" ") } : {}),
    },
    files: [],
  };
}
