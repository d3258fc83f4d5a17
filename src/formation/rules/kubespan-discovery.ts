import { clusterFlags } from "../../talos/config/settings.ts";
import { rejected } from "../effects.ts";
import { nodeRule } from "../rule.ts";

export const kubespanDiscovery = nodeRule({
  id: "kubespan-discovery",
  severity: "error",
  title: "KubeSpan is on and discovery is off",
  reason:
    "KubeSpan learns of the other nodes by discovery, and Talos refuses a config that has it without. (Discovery off by itself is usual, as with CozyStack: `talosctl health` then wants its nodes named.)",
  fix: "Turn discovery on, or KubeSpan off.",
  rows: ["E7"],
  source: "siderolabs/talos: pkg/machinery/config/types/v1alpha1/v1alpha1_validation.go",
  check: ({ documents }) => {
    const { discovery, kubespan, kubespanAt } = clusterFlags(documents);
    if (!kubespan || discovery !== false) return [];
    return [
      {
        message: "KubeSpan is on and `cluster.discovery.enabled` is false: Talos refuses the config.",
        at: kubespanAt,
        fix: "cluster:\n  discovery:\n    enabled: true\n",
        effects: rejected("KubeSpan without discovery"),
      },
    ];
  },
});
