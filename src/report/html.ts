import type { ClusterVerdict, NodeVerdict } from "../cluster/cluster-verdict.ts";
import type { RolesFile } from "../roles/model.ts";
import { html, type Markup, nothing } from "./html-escape.ts";
import { nodeSections } from "./html-nodes.ts";
import { style } from "./html-style.ts";
import { troubleSection } from "./html-troubles.ts";
import { type Condition, conditionOf, marks } from "./node-condition.ts";
import { clusterSvg } from "./svg.ts";

interface ReportInputs {
  verdict: ClusterVerdict;
  roles: RolesFile;
  /** When the cluster was looked at, milliseconds since the epoch. */
  at: number;
}

/** The verdict as one page that needs nothing but itself: no script, no font, no picture from elsewhere. */
export function htmlReport({ verdict, roles, at }: ReportInputs): string {
  const { nodes } = verdict;
  const title = `${roles.cluster.name}: ${verdict.formed ? "formed" : "not formed"}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <main>
          <header><h1>Cluster ${roles.cluster.name}, ${when(at)}</h1></header>
          ${banner(verdict)} ${troubleSection(verdict)}
          <section aria-labelledby="picture">
            <h2 id="picture">The cluster</h2>
            <div class="card">${pictures(nodes, roles)}${legend}</div>
          </section>
          ${nodeSections(nodes)}
          <footer>
            Talos ${roles.cluster.talos}; roles: ${roles.roles.map(({ name }) => name).join(", ")}. Made by
            <code>talos-roles verify --html</code>.
          </footer>
        </main>
      </body>
    </html> `;
  return page.markup;
}

const when = (at: number): string => `${new Date(at).toISOString().replace("T", " ").slice(0, 16)} UTC`;

const amount = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function banner({ formed, nodes, cluster }: ClusterVerdict): Markup {
  const of = (condition: Condition) => nodes.filter((node) => conditionOf(node) === condition);
  const counts = (["no", "unknown", "yes"] as const)
    .map((condition) => ({ condition, count: of(condition).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ condition, count }) =>
        html`<li class="pill ${condition}">${marks[condition].sign} ${count} ${marks[condition].word}</li>`,
    );
  const state: Condition = formed ? "yes" : of("no").length > 0 || isWrong(cluster) ? "no" : "unknown";
  const title = { yes: "✓ Formed", no: "✗ Not formed", unknown: "? Not known to be formed" }[state];
  return html`<div class="banner ${state}">
    <p class="big">${title}</p>
    <p>${headline({ formed, nodes, cluster })}</p>
    <ul class="counts">
      ${counts}
    </ul>
  </div>`;
}

const isWrong = (cluster: ClusterVerdict["cluster"]): boolean =>
  cluster.some(({ severity }) => severity === "error");

/** What a stranger has to know first. */
function headline({ formed, nodes, cluster }: ClusterVerdict): string {
  if (formed)
    return `All ${amount(nodes.length, "node")} of this cluster do what their roles ask for, as far as is known.`;
  const ill = nodes.filter(({ causes }) => causes.length > 0);
  const [worst] = [...ill].sort((a, b) => Number(blocks(b)) - Number(blocks(a)));
  if (worst) return `${worst.name} (${worst.role}): ${worst.causes[0]?.title}.${deadline(worst)}`;
  const [finding] = cluster.filter(({ severity }) => severity === "error");
  if (finding) return `${finding.message}.`;
  const [odd] = nodes.filter((node) => conditionOf(node) !== "yes");
  const reasons = odd ? [...odd.bootCompletes.reasons, ...odd.kubernetesReady.reasons] : [];
  return odd
    ? `${odd.name} (${odd.role}): ${reasons[0] ?? "not everything is known"}.`
    : "There are no nodes.";
}

const blocks = ({ causes }: NodeVerdict): boolean => causes[0]?.blocksBoot ?? false;

const deadline = ({ minutesLeft, causes }: NodeVerdict): string =>
  minutesLeft !== null && causes[0]?.blocksBoot
    ? ` It reboots in ${amount(minutesLeft, "minute")} unless that is mended.`
    : "";

function pictures(nodes: readonly NodeVerdict[], { roles }: RolesFile): Markup {
  const routing = roles.filter(({ subnetRouter }) => subnetRouter);
  const common = {
    nodes,
    routers: new Set(routing.map(({ name }) => name)),
    routes: routing.flatMap(({ subnetRouter }) => subnetRouter?.routes ?? []),
  };
  return html`${clusterSvg({ ...common, columns: 5, id: "wide" })}${clusterSvg({ ...common, columns: 2, id: "narrow" })}`;
}

const legend: Markup = html`<ul class="key">
    ${(["yes", "no", "unknown"] as const).map(
      (condition) =>
        html`<li>
          <span class="pill ${condition}">${marks[condition].sign} ${marks[condition].word}</span>
        </li>`,
    )}
  </ul>
  ${nothing}`;
