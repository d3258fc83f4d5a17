import type { NodeVerdict } from "../cluster/cluster-verdict.ts";
import type { Answer } from "../roles/answer.ts";
import { html, type Markup, nothing } from "./html-escape.ts";
import { conditionOf, marks } from "./node-condition.ts";
import { timelineSvg } from "./svg-timeline.ts";

const told = 30;

/** Every node: those that are not well at length, with the timeline of their boot; the others folded; all of them as a table. */
export function nodeSections(nodes: readonly NodeVerdict[]): Markup {
  const ill = nodes.filter((node) => conditionOf(node) !== "yes");
  const well = nodes.filter((node) => conditionOf(node) === "yes");
  const cut =
    ill.length > told
      ? html`<p class="where">The first ${told} of ${ill.length}; the table below has them all.</p>`
      : nothing;
  const boots =
    ill.length === 0
      ? html`<p>Every node has booted and does what its role asks for.</p>`
      : html`${cut}${key}${ill.slice(0, told).map(nodeCard)}`;
  return html`<section aria-labelledby="boots">
      <h2 id="boots">How the nodes booted</h2>
      ${boots}${foldedCards(well)}
    </section>
    <section aria-labelledby="all">
      <h2 id="all">All nodes</h2>
      ${nodeTable(nodes)}
    </section>`;
}

function foldedCards(well: readonly NodeVerdict[]): Markup {
  if (well.length === 0) return nothing;
  const title = well.length === 1 ? "1 node that is well" : `${well.length} nodes that are well`;
  const cut = well.length > told ? html`<p class="where">The first ${told}.</p>` : nothing;
  return html`<details class="well">
    <summary>${title}</summary>
    ${cut}${key}${well.slice(0, told).map(nodeCard)}
  </details>`;
}

const key: Markup = html`<ul class="key">
  <li><i style="background:var(--wait)"></i>waiting</li>
  <li><i style="background:var(--yes)"></i>running</li>
  <li><i style="background:var(--no)"></i>failed; the line at the right is where Talos gives the boot up</li>
</ul>`;

function nodeCard(node: NodeVerdict): Markup {
  const condition = conditionOf(node);
  const boots = node.bootsSeen > 1 ? html` ${node.bootsSeen} boots were seen.` : nothing;
  return html`<article class="card ${condition === "yes" ? "" : condition}">
    <h3>
      ${node.name} <span class="pill ${condition}">${marks[condition].sign} ${marks[condition].word}</span>
    </h3>
    <p class="where">${node.role}, ${node.address}, ${stageText(node)}.${boots}</p>
    <dl class="answers">
      ${answer("Kubernetes ready", node.kubernetesReady)}${answer("Boot completes", node.bootCompletes)}${answer("Role functional", node.roleFunctional)}
    </dl>
    ${timelineSvg(node, "wide")}${timelineSvg(node, "narrow")} ${happenings(node)}
  </article>`;
}

const stageText = ({ stage, minutesLeft }: NodeVerdict): string =>
  minutesLeft === null ? `stage ${stage}` : `stage ${stage}, ${minutesLeft} minutes left`;

const answer = (name: string, one: Answer): Markup =>
  html`<div class="${one.answer}">
    <dt>${name}</dt>
    <dd>${marks[one.answer].sign} ${one.answer}</dd>
  </div>`;

const shown = 40;

function happenings({ timeline, name }: NodeVerdict): Markup {
  const [first] = timeline;
  if (!first) return nothing;
  const left = timeline.length - shown;
  const lines = timeline
    .slice(-shown)
    .map(({ at, text }) => html`<li><code>+${((at - first.at) / 1000).toFixed(1)} s</code> ${text}</li>`);
  return html`<details>
    <summary>What happened on ${name}, in order</summary>
    ${left > 0 ? html`<p>${left} earlier lines are left out.</p>` : nothing}
    <ul>
      ${lines}
    </ul>
  </details>`;
}

function nodeTable(nodes: readonly NodeVerdict[]): Markup {
  const rows = nodes.map(
    (node) =>
      html`<tr>
        <td class="short" data-name="Node"><strong>${node.name}</strong></td>
        <td class="short" data-name="Role">${node.role}</td>
        <td data-name="Kubernetes ready">${pill(node.kubernetesReady)}</td>
        <td data-name="Boot completes">${pill(node.bootCompletes)}</td>
        <td data-name="Role functional">${pill(node.roleFunctional)}</td>
        <td data-name="Extensions">
          ${node.extensions.map(({ name, version }) => `${name} ${version}`).join(", ") || "not known"}
        </td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Node</th>
        <th scope="col">Role</th>
        <th scope="col">Kubernetes ready</th>
        <th scope="col">Boot completes</th>
        <th scope="col">Role functional</th>
        <th scope="col">Extensions</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

const pill = ({ answer: text }: Answer): Markup =>
  html`<span class="pill ${text}">${marks[text].sign} ${text}</span>`;
