import { inTailnet } from "../../talos/cidr.ts";
import { nodeAt, textOf } from "../../talos/config/tree.ts";
import { hangs } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { hasTailscale } from "../tailscale.ts";
import { looksFine } from "../waits.ts";

export const probeNeedsTailnet = nodeRule({
  id: "probe-needs-tailnet",
  severity: "error",
  title: "Connectivity is probed through the tailnet that waits for it",
  reason:
    "With a TCPProbeConfig or HTTPProbeConfig, Talos counts the network as connected only while every probe succeeds. Tailscale's service waits for the network to be connected. A probe of an address inside the tailnet succeeds only once tailscale runs: neither ever begins. (Whether any other probe succeeds cannot be known beforehand.)",
  fix: "Probe an address that the node reaches without the tailnet.",
  rows: ["C6"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/network/status.go; siderolabs/extensions: network/tailscale/tailscale.yaml",
  check: (subject) => {
    const waits = subject.contract.services.find(({ name }) => name === "tailscale")?.waitsFor.network ?? [];
    if (!hasTailscale(subject) || !waits.includes("connectivity")) return [];
    return tailnetProbes(subject).map(({ kind, at }) => ({
      message: `ext-tailscale will wait for ever ("Waiting for network"): this ${kind} probes an address inside the tailnet, which only tailscale makes reachable. ${looksFine}.`,
      at,
      fix: "Probe an address that the node reaches without the tailnet, such as its gateway.",
      effects: hangs("tailscale", "the network, whose probe needs the tailnet"),
    }));
  },
});

function tailnetProbes({ documents }: Subject) {
  return documents.flatMap(({ kind, root, maybe }) => {
    const field = kind === "TCPProbeConfig" ? "endpoint" : kind === "HTTPProbeConfig" ? "url" : undefined;
    const node = field === undefined || maybe ? undefined : nodeAt(root, [field]);
    const host = hostOf(textOf(node) ?? "");
    return node && (inTailnet(host) || host.endsWith(".ts.net")) ? [{ kind, at: node.at }] : [];
  });
}

function hostOf(target: string): string {
  const url = target.includes("://") ? target : `tcp://${target}`;
  return URL.canParse(url) ? new URL(url).hostname : "";
}
