import type { NodeVerdict } from "../cluster/cluster-verdict.ts";
import { html, type Markup, nothing } from "./html-escape.ts";
import { conditionOf, marks } from "./node-condition.ts";

interface Drawing {
  nodes: readonly NodeVerdict[];
  /** Roles that route a tailnet. */
  routers: ReadonlySet<string>;
  routes: readonly string[];
  /** Nodes side by side. */
  columns: number;
  id: string;
}

const box = { width: 156, height: 62, gap: 14 };
const chip = { size: 20, gap: 6 };
const labelled = 60;
const margin = 16;

/** The cluster as a picture: the tailnet, what connects it, and every node with its state. One column count for one width of screen. */
export function clusterSvg(drawing: Drawing): Markup {
  const { nodes, routers, columns, id } = drawing;
  const gateways = nodes.filter(({ role }) => routers.has(role));
  const others = nodes.filter(({ role }) => !routers.has(role));
  const width = margin * 2 + columns * box.width + (columns - 1) * box.gap;
  const top = routers.size > 0 ? gatewayRow(gateways, { ...drawing, width }) : { markup: nothing, height: 0 };
  const offset = margin + top.height;
  const rest =
    others.length > labelled ? chips(others, { offset, width }) : boxes(others, { offset, columns, routers });
  const height = offset + rest.height + margin;
  return html`<svg
    class="cluster ${id}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${describe(nodes, routers)}"
  >
    ${top.markup}${rest.markup}
  </svg>`;
}

function describe(nodes: readonly NodeVerdict[], routers: ReadonlySet<string>): string {
  const ill = nodes.filter((node) => conditionOf(node) !== "yes");
  const gateways = nodes.filter(({ role }) => routers.has(role)).map(({ name }) => name);
  const names = ill.slice(0, 10).map(({ name, role }) => `${name} (${role})`);
  return [
    `Cluster of ${nodes.length} nodes`,
    routers.size > 0 ? `gateway ${gateways.join(", ") || "missing"}` : "",
    ill.length === 0
      ? "all well"
      : `not well: ${names.join(", ")}${ill.length > names.length ? " and more" : ""}`,
  ]
    .filter(Boolean)
    .join("; ");
}

interface Part {
  markup: Markup;
  height: number;
}

/** Tailnet above, its router below it, the line between them in the router's colour. */
function gatewayRow(
  gateways: readonly NodeVerdict[],
  { routes, columns, width, routers }: Drawing & { width: number },
): Part {
  const cloudWidth = Math.min(width - margin * 2, 300);
  const left = (width - cloudWidth) / 2;
  const shown = gateways.slice(0, columns);
  const rowWidth = shown.length * box.width + (shown.length - 1) * box.gap;
  const y = margin + 46 + 40;
  const rowLeft = (width - Math.max(rowWidth, box.width)) / 2;
  const lines = shown.map((node, at) => {
    const x = rowLeft + at * (box.width + box.gap) + box.width / 2;
    return html`<path class="wire ${conditionOf(node)}" d="M${width / 2} ${margin + 46} L${x} ${y}" />`;
  });
  const nodes =
    shown.length > 0
      ? shown.map((node, at) => nodeBox(node, { x: rowLeft + at * (box.width + box.gap), y, routers }))
      : [missingGateway(rowLeft, y)];
  return {
    markup: html`<rect
        class="cloud"
        x="${left}"
        y="${margin}"
        width="${cloudWidth}"
        height="46"
        rx="23"
      /><text class="name" x="${width / 2}" y="${margin + 20}" text-anchor="middle">Tailnet</text
      ><text class="small" x="${width / 2}" y="${margin + 36}" text-anchor="middle"
        >${fit(routes.join(", "), 44)}</text
      >${lines}${nodes}`,
    height: 46 + 40 + box.height + 30,
  };
}

const missingGateway = (x: number, y: number): Markup =>
  html`<rect
      class="node no"
      x="${x}"
      y="${y}"
      width="${box.width}"
      height="${box.height}"
      rx="8"
      stroke-dasharray="6 4"
    /><text class="name" x="${x + box.width / 2}" y="${y + 36}" text-anchor="middle">no gateway</text>`;

function boxes(
  nodes: readonly NodeVerdict[],
  { offset, columns, routers }: { offset: number; columns: number; routers: ReadonlySet<string> },
): Part {
  const rows = Math.ceil(nodes.length / columns);
  const markup = nodes.map((node, at) =>
    nodeBox(node, {
      x: margin + (at % columns) * (box.width + box.gap),
      y: offset + Math.floor(at / columns) * (box.height + box.gap),
      routers,
    }),
  );
  return { markup: html`${markup}`, height: rows * (box.height + box.gap) };
}

/** A router that its role does not make one is named: it is why the picture has two. */
const roleText = ({ role, extensions }: NodeVerdict, routers: ReadonlySet<string>): string =>
  !routers.has(role) && extensions.some(({ name }) => name === "tailscale")
    ? `${role}, with tailscale!`
    : role;

interface Place {
  x: number;
  y: number;
  routers: ReadonlySet<string>;
}

function nodeBox(node: NodeVerdict, { x, y, routers }: Place): Markup {
  const condition = conditionOf(node);
  const control = node.minutesLeft === null ? node.stage : `${node.stage}, ${node.minutesLeft} min`;
  return html`<g
    ><title>${node.name}, ${node.role}: ${marks[condition].word}</title
    ><rect
      class="node ${condition}"
      x="${x}"
      y="${y}"
      width="${box.width}"
      height="${box.height}"
      rx="8"
    /><text class="mark ${condition}" x="${x + 12}" y="${y + 25}">${marks[condition].sign}</text
    ><text class="name" x="${x + 32}" y="${y + 24}">${fit(node.name, 15)}</text
    ><text class="small" x="${x + 12}" y="${y + 40}">${fit(roleText(node, routers), 24)}</text
    ><text class="small" x="${x + 12}" y="${y + 54}">${fit(control, 24)}</text></g
  >`;
}

/** Many nodes: a square each, its name as its title. */
function chips(nodes: readonly NodeVerdict[], { offset, width }: { offset: number; width: number }): Part {
  const step = chip.size + chip.gap;
  const columns = Math.floor((width - margin * 2 + chip.gap) / step);
  const markup = nodes.map((node, at) => {
    const condition = conditionOf(node);
    const x = margin + (at % columns) * step;
    const y = offset + Math.floor(at / columns) * step;
    const sign =
      condition === "yes"
        ? nothing
        : html`<text class="mark ${condition}" x="${x + chip.size / 2}" y="${y + 15}" text-anchor="middle"
            >${marks[condition].sign}</text
          >`;
    return html`<g
      ><title>${node.name}, ${node.role}: ${marks[condition].word}</title
      ><rect
        class="node ${condition}"
        x="${x}"
        y="${y}"
        width="${chip.size}"
        height="${chip.size}"
        rx="4"
      />${sign}</g
    >`;
  });
  return { markup: html`${markup}`, height: Math.ceil(nodes.length / columns) * step };
}

const fit = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
