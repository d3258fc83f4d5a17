import { ownValue } from "../../formats/own-value.ts";
import { alternatives, nearest } from "../../roles/nearest.ts";
import { type ConfigDocument, rootKind } from "../../talos/config/document.ts";
import { allKinds } from "../../talos/config/schema.ts";
import { type StrictProblem, strictProblems } from "../../talos/config/strict.ts";
import { duplicates } from "../duplicates.ts";
import { rejected } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";

/** What people invent for extensions, and what is meant (real-configs §8). */
const invented: Record<string, string> = {
  extensions:
    "Extensions are part of the image: build it with them (`talos-roles build`, or Image Factory), and configure their services with ExtensionServiceConfig documents.",
  extensionServices: "Write an ExtensionServiceConfig document beside `machine` and `cluster`.",
  extensionServiceConfigs: "Write an ExtensionServiceConfig document beside `machine` and `cluster`.",
  systemExtensions: "Extensions are part of the image: they stand in a schematic or in roles.yaml.",
};

export const configInvalid = nodeRule({
  id: "config-invalid",
  severity: "error",
  title: "Talos refuses the machine config",
  reason:
    "Talos reads machine configs strictly: a key or kind that it does not know, a key written twice, or a list where a map belongs make it refuse the whole config. Which keys exist depends on the Talos version; what a template may change is left alone.",
  fix: "Correct the key or kind.",
  rows: ["B3"],
  source: "siderolabs/talos: pkg/machinery/config/configloader/internal/decoder; config types of 1.9 to 1.14",
  check: ({ documents, quirks }) => {
    const own = documents.filter(({ kind }) => kind !== "ExtensionServiceConfig");
    return [
      ...strictProblems(own, quirks?.minor).map((problem): Finding => ({
        message: `${problem.message}: Talos refuses the config.`,
        at: problem.at,
        fix: adviceFor(problem),
        effects: rejected(problem.message),
      })),
      ...duplicates(own).map(twice),
    ];
  },
});

function twice({ kind, name, at }: ConfigDocument): Finding {
  const what = kind === rootKind ? "documents with `machine` and `cluster`" : `${kind} documents`;
  const message = `there are two ${what}${name === undefined ? "" : ` named ${name}`}`;
  return {
    message: `${message}: Talos refuses the config.`,
    at,
    fix: "Make one of the two.",
    effects: rejected(message),
  };
}

function adviceFor({ sort, word = "", known }: StrictProblem): string {
  if (sort === "twice") return `Keep one \`${word}\`.`;
  const meant = ownValue(invented, word);
  if (sort === "unknown-key" && meant !== undefined) return meant;
  const near = nearest(word, sort === "unknown-kind" ? allKinds() : (known ?? []), 2);
  if (near.length > 0) return `Did you mean ${alternatives(near)}?`;
  return sort === "wrong-type"
    ? "Write the value in the form that Talos expects."
    : `Remove \`${word}\`, or use a Talos version that knows it.`;
}
