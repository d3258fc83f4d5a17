import { defaults } from "./defaults.ts";
import { list, optional, strict, text, words } from "./schema-parts.ts";
import { cidrPattern, nodeName, secret, url } from "./schema-values.ts";

const route = text(
  "`pods`, `services` or a CIDR like 10.0.0.0/8",
  new RegExp(`^(?:pods|services|${cidrPattern})$`),
);

/** What makes a role the subnet router. */
export const subnetRouter = strict({
  routes: optional(
    list(route, "routes").min(1, "at least one route is needed"),
    "What the tailnet may reach through the node: CIDRs, or the words `pods` and `services` for the cluster's own.",
    defaults.subnetRouter.routes,
  ),
  mode: optional(
    words(["kernel", "userspace"]),
    "How tailscaled forwards: through the kernel, or by itself (the way to ClusterIPs where Cilium replaces kube-proxy).",
    defaults.subnetRouter.mode,
  ),
  authKey: optional(secret, "Tailscale's auth key, by name only: `{env: NAME}` or `{file: PATH}`."),
  loginServer: optional(url, "Control server, for Headscale; Tailscale's own without it."),
  tags: optional(
    list(text("a tag like tag:gateway", /^tag:[A-Za-z][A-Za-z0-9-]*$/), "tags"),
    "Tags that the node asks for.",
    defaults.subnetRouter.tags,
  ),
  hostname: optional(nodeName, "Name in the tailnet; the node's own without it."),
});
