import { impaired } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import { type AdvertisedRoute, tailscaleOf } from "../tailscale.ts";

export const tailscaleRoutes = nodeRule({
  id: "tailscale-routes",
  severity: "warning",
  title: "A route for the tailnet is no network",
  reason:
    "`TS_ROUTES` is a list of networks with commas. Tailscale ends with an error where one of them cannot be read (no prefix length, a slip in the address) or has address bits beyond its prefix, and is started again, for ever. Boot completes all the same.",
  fix: "Write each route as a network: `10.244.0.0/16`.",
  rows: ["B4"],
  source: "tailscale/tailscale: cmd/containerboot/forwarding.go",
  check: (subject) => (tailscaleOf(subject)?.routes ?? []).flatMap((route) => judgeRoute(route)),
});

function judgeRoute({ cidr, place, at }: AdvertisedRoute): Finding[] {
  if (cidr && !cidr.hostBits) return [];
  const what = cidr ? "has address bits beyond its prefix" : "is no network";
  return [
    {
      message: `${place} ${what}: tailscale ends with an error at every start.`,
      at,
      fix: "Write it as a network with its prefix length, like 10.244.0.0/16.",
      effects: impaired(`tailscale ends with an error: ${place} ${what}`),
    },
  ];
}
