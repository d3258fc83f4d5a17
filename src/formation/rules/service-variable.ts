import { distance, nearest } from "../../roles/nearest.ts";
import { serviceOf } from "../subject.ts";
import { nodeRule } from "../rule.ts";

/** What containerboot, tailscale's entry point, reads (v1.102.2: cmd/containerboot/settings.go). */
const tailscale = (
  "AUTHKEY AUTH_KEY CLIENT_ID CLIENT_SECRET ID_TOKEN AUDIENCE HOSTNAME ROUTES DEST_IP EXPERIMENTAL_DEST_DNS_NAME EXTRA_ARGS " +
  "TAILSCALED_EXTRA_ARGS ACCEPT_DNS AUTH_ONCE STATE_DIR SOCKET USERSPACE SOCKS5_SERVER OUTBOUND_HTTP_PROXY_LISTEN HEALTHCHECK_ADDR_PORT " +
  "ENABLE_HEALTH_CHECK ENABLE_METRICS LOCAL_ADDR_PORT SERVE_CONFIG KUBE_SECRET KUBERNETES_READ_API_SERVER_ADDRESS_FROM_ENV BOOT_TIMEOUT " +
  "EXPERIMENTAL_VERSIONED_CONFIG_DIR TAILNET_TARGET_IP TAILNET_TARGET_FQDN EXPERIMENTAL_ENABLE_FORWARDING_OPTIMIZATIONS DEBUG_FIREWALL_MODE"
)
  .split(" ")
  .map((name) => `TS_${name}`);

export const serviceVariable = nodeRule({
  id: "service-variable",
  severity: "warning",
  title: "A variable of tailscale is misspelt",
  reason:
    "A service ignores variables that it does not know. One that differs by a slip of the pen from one that tailscale reads was surely meant to be that.",
  fix: "Correct the name.",
  rows: ["B4"],
  source: "tailscale/tailscale: cmd/containerboot/settings.go",
  check: (subject) => {
    if (!serviceOf(subject, "tailscale")) return [];
    const document = subject.serviceDocuments.find(({ name }) => name === "tailscale");
    return (document?.environment ?? []).flatMap(({ name, at }) => {
      if (!name.startsWith("TS") || tailscale.includes(name)) return [];
      // A service takes more variables than are documented: only what is one or two letters off was surely meant to be another.
      const [near] = nearest(name, tailscale, 1);
      if (near === undefined || distance(name, near, 2) > 2) return [];
      return [
        {
          message: `tailscale reads no variable ${name}; did you mean ${near}?`,
          at,
          fix: `Write ${near}.`,
        },
      ];
    });
  },
});
