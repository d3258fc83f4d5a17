import { pathToFileURL } from "node:url";
import { type Rule } from "../formation/rule.ts";
import type { SilencedRule } from "../formation/model.ts";
import type { Diagnostic } from "../roles/diagnostic.ts";

interface SarifOptions {
  rules: readonly Rule[];
  version: string;
  /** Their findings are results too, each suppressed with the reason that is written in roles.yaml. */
  silenced?: readonly SilencedRule[];
}

const levels = { error: "error", warning: "warning", info: "note" } as const;
const pages = "https://github.com/urmanac/talos-roles/blob/main/docs/rules";

/** Findings as SARIF 2.1.0 (OASIS), which code scanning of GitHub and editors read: every rule, and each finding with place and fix. */
export function sarifText(
  diagnostics: readonly Diagnostic[],
  { rules, version, silenced = [] }: SarifOptions,
): string {
  const known = new Map(rules.map(({ id }, index) => [id, index]));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "talos-roles",
            version,
            informationUri: "https://github.com/urmanac/talos-roles",
            rules: rules.map(describe),
          },
        },
        columnKind: "utf16CodeUnits",
        results: [
          ...diagnostics.map((one) => resultOf(one, known.get(one.rule))),
          ...silenced.flatMap(({ reason, diagnostics: quiet }) =>
            quiet.map((one) => ({ ...resultOf(one, known.get(one.rule)), ...suppressedFor(reason) })),
          ),
        ],
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** SARIF 2.1.0 §3.35: the reason stands outside of the file that the finding is in. */
const suppressedFor = (justification: string) => ({
  suppressions: [{ kind: "external", justification }],
});

const describe = ({ id, title, reason, fix, severity }: Rule) => ({
  id,
  shortDescription: { text: title },
  fullDescription: { text: reason },
  help: { text: fix },
  helpUri: `${pages}/${id}.md`,
  defaultConfiguration: { level: levels[severity] },
});

function resultOf(
  { rule, severity, message, fix, node, role, ...place }: Diagnostic,
  ruleIndex: number | undefined,
) {
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levels[severity],
    message: { text: fix === null ? message : `${message}\n\nFix:\n${fix}` },
    ...locations(place),
    properties: { node, role },
  };
}

function locations({ file, line, column }: Pick<Diagnostic, "file" | "line" | "column">): object {
  if (file === null) return {};
  const region =
    line === null ? {} : { region: { startLine: line, ...(column === null ? {} : { startColumn: column }) } };
  return { locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }] };
}

/** Relative paths stay relative to where the command runs, as code scanning expects. */
const uriOf = (file: string): string =>
  /^(?:[/\\]|[A-Za-z]:)/.test(file)
    ? pathToFileURL(file).href
    : file.split(/[\\/]/).map(encodeURIComponent).join("/");
