import { strictProblems } from "../../talos/config/strict.ts";
import { duplicates } from "../duplicates.ts";
import { rejected } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";

const kind = "ExtensionServiceConfig";

export const serviceConfigInvalid = nodeRule({
  id: "service-config-invalid",
  severity: "error",
  title: "A service's config document is one that Talos refuses",
  reason:
    "An ExtensionServiceConfig needs a name, and something in `environment` or `configFiles`; each file needs `content` and `mountPath`; and no two documents may have the same name. Talos refuses the whole machine config otherwise.",
  fix: "Complete the document.",
  rows: ["B3"],
  source: "siderolabs/talos: pkg/machinery/config/types/runtime/extensions/service_config.go",
  check: (subject) => [
    ...strictProblems(
      subject.documents.filter((document) => document.kind === kind),
      subject.quirks?.minor,
    ).map(({ message, at }): Finding => ({
      message: `${kind}: ${message}. Talos refuses the config.`,
      at,
      effects: rejected(message),
    })),
    ...twice(subject),
  ],
});

/** Two of one name in one file; patches merge, files of one config do not. */
const twice = ({ documents }: Subject): Finding[] =>
  duplicates(documents.filter((document) => document.kind === kind)).map(({ name, at }) => {
    const message = `there are two ${kind} documents named ${name}`;
    return {
      message: `${message}: Talos refuses the config.`,
      at,
      fix: "Keep one of the two, with what both say.",
      effects: rejected(message),
    };
  });
