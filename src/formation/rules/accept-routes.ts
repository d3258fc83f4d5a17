import { doubtful } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import { tailscaleOf } from "../tailscale.ts";

export const acceptRoutes = nodeRule({
  id: "accept-routes",
  severity: "warning",
  title: "A cluster node takes routes from the tailnet",
  reason:
    "With `--accept-routes`, a route that another node offers for the pod or service network goes before the cluster's own: traffic between pods leaves through the tailnet, and the node may lose its way to the API server. A cluster node never needs it to offer routes itself.",
  fix: "Take `--accept-routes` out of TS_EXTRA_ARGS.",
  rows: ["D8"],
  source: "tailscale/tailscale: wgengine/router/osrouter/router_linux.go (table 52 is looked up before main)",
  check: (subject) => {
    const setup = tailscaleOf(subject);
    if (!setup || !/--accept-routes(?!=(?:false|0)\b)/.test(setup.extraArgs)) return [];
    const variable = setup.document.environment.findLast((one) => one.name === "TS_EXTRA_ARGS");
    return [
      {
        message:
          "TS_EXTRA_ARGS has --accept-routes: a gateway's route for the pod or service network would go before the cluster's own on this node.",
        at: variable?.at,
        fix: "Take --accept-routes out of TS_EXTRA_ARGS.",
        effects: doubtful("with --accept-routes, routes of the tailnet go before the cluster's own"),
      },
    ];
  },
});
