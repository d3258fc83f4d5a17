import { unknown } from "../../roles/answer.ts";
import { supportedRange, talosSupport } from "../../talos/quirks.ts";
import { nodeRule } from "../rule.ts";

export const talosUnsupported = nodeRule({
  id: "talos-unsupported",
  severity: "warning",
  title: "The Talos version is not one that the rules are about",
  reason: `Which services Talos waits for, which documents it takes and where modules lie differ between its releases. The rules know Talos ${supportedRange}. For the next one they are mostly right, and what it changed is not seen. For an older one, or another major release, the answers that depend on Talos are "unknown".`,
  fix: "Take a version of that range; for a newer one look for a newer talos-roles.",
  rows: [],
  source: "siderolabs/talos: pkg/machinery/imager/quirks, CHANGELOG",
  check: ({ profile, image }) => {
    const talos = profile.talos ?? image.talos;
    const support = talos === undefined ? "known" : talosSupport(talos);
    if (support === "known") return [];
    const reason = `the rules are about Talos ${supportedRange}, and not about ${talos}`;
    // What is true of the newest is mostly true of the next; of others it is anybody's guess.
    if (support === "newer")
      return [
        {
          message: `${reason}: what it changed is not seen.`,
          fix: "Look for a newer talos-roles, or try it on one machine first.",
        },
      ];
    return [
      {
        message: `${reason}: what boot and role need cannot be told.`,
        fix: `Take a version of Talos ${supportedRange}.`,
        effects: { bootCompletes: unknown(reason), roleFunctional: unknown(reason) },
      },
    ];
  },
});
