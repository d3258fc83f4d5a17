import type { ClusterVerdict, NodeVerdict } from "../cluster/cluster-verdict.ts";
import { type Why, whyOf } from "../cluster/why.ts";
import type { Diagnostic } from "../roles/diagnostic.ts";
import { html, type Markup, nothing, sentence } from "./html-escape.ts";
import { conditionOf } from "./node-condition.ts";
import { nameList, reasonsOf } from "./verify.ts";

/** What is wrong, most urgent first, each with its chain and what mends it; nodes with the same trouble share a card. */
export function troubleSection({ nodes, cluster }: ClusterVerdict): Markup {
  const cards = [
    ...causeCards(nodes),
    ...cluster.filter(({ severity }) => severity !== "info").map(findingCard),
    ...openCards(nodes),
    ...cluster.filter(({ severity }) => severity === "info").map(findingCard),
  ];
  if (cards.length === 0) return nothing;
  return html`<section aria-labelledby="trouble">
    <h2 id="trouble">What is wrong, and what to do</h2>
    ${cards}
  </section>`;
}

interface Trouble {
  why: Why;
  nodes: NodeVerdict[];
}

function causeCards(nodes: readonly NodeVerdict[]): Markup[] {
  const troubles = new Map<string, Trouble>();
  for (const node of nodes) {
    for (const cause of node.causes) {
      const why = whyOf({ ...node, causes: [cause] }, node.observedAt);
      const key = `${why.cause} ${why.title}`;
      const known = troubles.get(key);
      if (known) known.nodes.push(node);
      else troubles.set(key, { why, nodes: [node] });
    }
  }
  return [...troubles.values()]
    .sort((a, b) => Number(b.why.minutesLeft !== null) - Number(a.why.minutesLeft !== null))
    .map(causeCard);
}

function causeCard({ why, nodes }: Trouble): Markup {
  const names = nameList(nodes.map(({ name, role }) => `${name} (${role})`));
  const alike =
    why.orElse.length === 0 ? nothing : html` From here it looks the same as ${why.orElse.join(" and ")}.`;
  return html`<article class="card no">
    <h3>${why.title}</h3>
    <p class="where">On ${names}; row ${why.cause ?? "?"} of the <em>failure taxonomy</em>.${alike}</p>
    <ol class="chain">
      ${why.chain.map((step) => html`<li>${sentence(step)}</li>`)}
    </ol>
    ${fixBlock(why, nodes)}
    <div class="seen">
      <h4>Seen on ${nodes[0]?.name ?? "the node"}</h4>
      <ul>
        ${why.evidence.map(({ source, text }) => html`<li>${source}: <code>${text}</code></li>`)}
      </ul>
    </div>
  </article>`;
}

function fixBlock({ fix, fixIsPatch }: Why, nodes: readonly NodeVerdict[]): Markup {
  if (fix === null) return nothing;
  if (!fixIsPatch)
    return html`<div class="fix">
      <h4>To mend it</h4>
      <p>${sentence(fix)}</p>
    </div>`;
  const targets = nodes
    .slice(0, 10)
    .map(({ address }) => address)
    .join(",");
  return html`<div class="fix">
    <h4>To mend it</h4>
    <p>
      Save as <code>patch.yaml</code>, put values where there is <code>${"${…}"}</code>, and send it:
      <code>talosctl -n ${targets} patch machineconfig --patch @patch.yaml</code>
    </p>
    <pre>${fix.trimEnd()}</pre>
  </div>`;
}

function findingCard({ severity, message, fix }: Diagnostic): Markup {
  const kind = severity === "error" ? "no" : "unknown";
  const mend =
    fix === null
      ? nothing
      : html`<div class="fix">
          <h4>What to do</h4>
          <p>${sentence(fix)}</p>
        </div>`;
  return html`<article class="card ${kind}">
    <h3>${message}</h3>
    <p class="where">The cluster as a whole.</p>
    ${mend}
  </article>`;
}

/** Nodes with no cause but with an answer that is not yes: each reason once. */
function openCards(nodes: readonly NodeVerdict[]): Markup[] {
  const byReason = new Map<string, NodeVerdict[]>();
  for (const node of nodes) {
    if (node.causes.length > 0 || conditionOf(node) === "yes") continue;
    for (const reason of reasonsOf(node)) {
      const known = byReason.get(reason) ?? [];
      known.push(node);
      byReason.set(reason, known);
    }
  }
  return [...byReason].map(([reason, affected]) => {
    const kind = affected.some((node) => conditionOf(node) === "no") ? "no" : "unknown";
    const names = nameList(affected.map(({ name, role }) => `${name} (${role})`));
    return html`<article class="card ${kind}">
      <h3>${reason}</h3>
      <p class="where">On ${names}.</p>
    </article>`;
  });
}
