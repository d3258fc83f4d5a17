import { causes } from "../../src/formation/causes.ts";
import type { Rule } from "../../src/formation/rule.ts";
import { rules } from "../../src/formation/rules.ts";

const made = "<!-- Made by scripts/generate/rules.ts from src/formation/rules; do not edit. -->";

/** `docs/rules/`: a page for each rule, and a list of all. */
export const files = (): Record<string, string> => ({
  "docs/rules/README.md": index(),
  ...Object.fromEntries(rules.map((rule) => [`docs/rules/${rule.id}.md`, page(rule)])),
});

const severities = {
  error:
    "An error: the node does not become Ready, or its boot does not complete, or a count is broken, or Talos refuses the config.",
  warning: "A warning: the node forms, and something that it is for does not work, or will not for long.",
  info: "A note: nothing is wrong by itself.",
};

function page({ id, severity, title, reason, fix, rows, source, scope }: Rule): string {
  const about =
    scope === "node" ? "one node: its image and its merged config" : "the nodes of a cluster together";
  return `${made}

# ${id}

**${title}.** ${severities[severity]}

${reason}

## What to do

${fix}

## How it is judged

It looks at ${about}. What cannot be known (a template, an encrypted document, an image without a list) is never a finding: the answer is
then "unknown".

| | |
|---|---|
| severity, at worst | ${severity} |
| foresees | ${rows.length > 0 ? rows.map((row) => `${row}: ${lower(causes[row])}`).join("; ") : "-"} |
| source | ${source} |

Silence it in \`roles.yaml\`, with a reason that the output shows:

\`\`\`yaml
silenced:
  - rule: ${id}
    reason: why it does not apply here
\`\`\`
`;
}

function index(): string {
  const lines = rules.map(({ id, severity, title }) => `| [${id}](${id}.md) | ${severity} | ${title} |`);
  const rows = [...new Set(rules.flatMap((rule) => rule.rows))].sort(byRow);
  const causeLines = rows.map(
    (row) =>
      `| ${row} | ${causes[row]} | ${rules
        .filter((rule) => rule.rows.includes(row))
        .map(({ id }) => `[${id}](${id}.md)`)
        .join(", ")} |`,
  );
  return `${made}

# Rules of \`talos-roles check\`

${severities.error}
${severities.warning}
${severities.info}
\`talos-roles explain RULE\` prints the same on the command line.

| rule | severity, at worst | about |
|---|---|---|
${lines.join("\n")}

## What is foreseen

Ways in which a node fails to form, by letter and number: A the image, B the config, C dependencies, D what happens at run time,
E the cluster. Rows that only a live node can show are those of \`talos-roles verify\`.

| | cause | rule |
|---|---|---|
${causeLines.join("\n")}
`;
}

const byRow = (a: string, b: string): number =>
  a[0] === b[0] ? Number(a.slice(1)) - Number(b.slice(1)) : a < b ? -1 : 1;

const lower = (text = ""): string => text.charAt(0).toLowerCase() + text.slice(1);
