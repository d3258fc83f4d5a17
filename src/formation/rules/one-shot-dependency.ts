import { mayHang } from "../effects.ts";
import { nodeRule } from "../rule.ts";
import { waitText } from "../waits.ts";

export const oneShotDependency = nodeRule({
  id: "one-shot-dependency",
  severity: "warning",
  title: "An extension service waits for one that may have finished before it looks",
  reason:
    "From Talos 1.14 on, a service that has finished no longer counts as up for those that wait for it. A service that waits for one which ends by itself (restart: never or untilSuccess) starts only if it sees the other one running.",
  fix: "Let the service wait for a path that the other one makes, or let the other one keep running.",
  rows: ["C4"],
  source: "siderolabs/talos: commit b1abd9c03 (1.14.0-beta.1)",
  check: ({ contract, quirks }) => {
    if (!quirks || quirks.finishedCountsAsUp) return [];
    return contract.services.flatMap(({ name, waitsFor }) =>
      contract.services
        .filter((other) => other.restart !== "always" && waitsFor.services.includes(`ext-${other.name}`))
        .map((other) => ({
          message: `ext-${name} waits for ext-${other.name}, which ends by itself (restart: ${other.restart}). From Talos 1.14 on a finished service is not up: if it ends too early, boot hangs at "Waiting for ${waitText.up(`ext-${other.name}`)}".`,
          fix: `Ask the author of ${other.extension} to keep the service running, or stay on Talos 1.13 with this image.`,
          effects: mayHang(name, `it waits for ext-${other.name}, which may have finished before`),
        })),
    );
  },
});
