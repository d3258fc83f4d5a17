import { variableOf } from "../../talos/config/service-documents.ts";
import { nodeRule } from "../rule.ts";
import { tailscaleOf } from "../tailscale.ts";

export const tailscaleAuthOnce = nodeRule({
  id: "tailscale-auth-once",
  severity: "warning",
  title: "Tailscale logs in anew at every start",
  reason:
    "Without `TS_AUTH_ONCE=true` the auth key is used at every start, also where the node is logged in already. Keys expire or can be used once: then the next reboot, perhaps months later, ends in a service that is started again and again.",
  fix: "Set `TS_AUTH_ONCE=true` in the document.",
  rows: ["B4"],
  source: "tailscale/tailscale: cmd/containerboot/main.go",
  check: (subject) => {
    const setup = tailscaleOf(subject);
    if (!setup?.complete) return [];
    const key = variableOf(setup.document, "TS_AUTHKEY", "TS_AUTH_KEY");
    const once = variableOf(setup.document, "TS_AUTH_ONCE");
    const off = !once || (once.value !== undefined && !["true", "1", "t"].includes(once.value.toLowerCase()));
    if (!off || !key || key.value === "") return [];
    return [
      {
        message: `TS_AUTH_ONCE is ${once ? "off" : "not set"}: tailscale uses its key at every start, and the first reboot after the key has expired fails.`,
        at: once?.at ?? key.at,
        fix: "TS_AUTH_ONCE=true",
      },
    ];
  },
});
