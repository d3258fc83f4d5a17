import type { Happening, NodeVerdict } from "../cluster/cluster-verdict.ts";
import { html, type Markup, nothing } from "./html-escape.ts";

const limitMs = 70 * 60_000;
/** Wide: the service's name stands left of its bar; narrow: above it, for a phone. */
interface Layout {
  width: number;
  label: number;
  bar: number;
  row: number;
  head: number;
  ticks: number;
}

const layouts: Record<"wide" | "narrow", Layout> = {
  wide: { width: 960, label: 140, bar: 18, row: 25, head: 24, ticks: 7 },
  narrow: { width: 340, label: 4, bar: 16, row: 38, head: 24, ticks: 4 },
};

/** The services of one boot as bars over time: waiting, running, failed; where the boot waits, up to the moment at which Talos gives it up. */
export function timelineSvg(node: NodeVerdict, size: "wide" | "narrow"): Markup {
  const layout = layouts[size];
  const spans = spansOf(node);
  const [first] = node.timeline;
  if (!first || spans.length === 0) return nothing;
  const limited = node.minutesLeft !== null && spans.some(({ state }) => state !== "Running");
  const last = Math.max(...spans.map(({ to }) => to));
  const scale = { ...layout, start: first.at, total: limited ? limitMs : Math.max(last - first.at, 10_000) };
  const services = [...new Set(spans.map(({ service }) => service))].sort(extensionsLast);
  const height = layout.head + services.length * layout.row + 4;
  const bars = spans.map((span) => bar(span, { scale, at: services.indexOf(span.service) }));
  const names = services.map((service, at) => nameOf(service, { layout, size, at }));
  return html`<svg
    class="timeline ${size}"
    viewBox="0 0 ${layout.width} ${height}"
    role="img"
    aria-label="${describe(node, spans)}"
  >
    ${ticks(scale, height)}${names}${bars}${limited ? limitLine(layout, height) : nothing}
  </svg>`;
}

interface Span {
  service: string;
  state: string;
  from: number;
  to: number;
  text: string;
}

const kinds: Record<string, string> = { Running: "yes", Finished: "yes", Failed: "no", Waiting: "wait" };

/** From one state of a service to its next; the last one lasts until the node was looked at. */
function spansOf({ timeline, observedAt }: NodeVerdict): Span[] {
  const end = Math.max(observedAt, ...timeline.map(({ at }) => at));
  const next = (index: number, service: string): Happening | undefined =>
    timeline.slice(index + 1).find((one) => one.service === service);
  return timeline.map(({ at, service, state, text }, index) => ({
    service,
    state,
    text,
    from: at,
    to: next(index, service)?.at ?? end,
  }));
}

const extensionsLast = (a: string, b: string): number =>
  Number(a.startsWith("ext-")) - Number(b.startsWith("ext-")) || (a < b ? -1 : 1);

const yOf = (at: number, { head, row, bar: thick }: Layout): number => head + at * row + (row - thick - 4);

function nameOf(
  service: string,
  { layout, size, at }: { layout: Layout; size: "wide" | "narrow"; at: number },
): Markup {
  const y = yOf(at, layout);
  return size === "wide"
    ? html`<text class="small" x="${layout.label - 8}" y="${y + 13}" text-anchor="end">${service}</text>`
    : html`<text class="small" x="${layout.label}" y="${y - 4}">${service}</text>`;
}

interface Scale extends Layout {
  start: number;
  total: number;
}

const xOf = (at: number, { start, total, label, width }: Scale): number =>
  label + Math.max(0, Math.min(1, (at - start) / total)) * (width - label - 6);

function bar({ state, from, to, text }: Span, { scale, at }: { scale: Scale; at: number }): Markup {
  const x = xOf(from, scale);
  const wide = Math.max(3, xOf(to, scale) - x);
  return html`<rect
    class="bar ${kinds[state] ?? "wait"}"
    x="${round(x)}"
    y="${yOf(at, scale)}"
    width="${round(wide)}"
    height="${scale.bar}"
    rx="3"
    ><title>${text}</title></rect
  >`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200].map(
  (one) => one * 1000,
);

function ticks(scale: Scale, height: number): Markup {
  const { total, head, width } = scale;
  const step = steps.find((one) => total / one <= scale.ticks) ?? total;
  const marks = Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
  return html`${marks.map((at) => {
    const x = round(xOf(at, { ...scale, start: 0 }));
    return html`<line class="tick" x1="${x}" x2="${x}" y1="${head - 6}" y2="${height}" /><text
        class="small"
        x="${x}"
        y="${head - 10}"
        text-anchor="${at === 0 ? "start" : x > width - 40 ? "end" : "middle"}"
        >${duration(at)}</text
      >`;
  })}`;
}

const duration = (ms: number): string => {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return ms < 3 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
};

const limitLine = ({ width, head }: Layout, height: number): Markup =>
  html`<line class="limit" x1="${width - 6}" x2="${width - 6}" y1="${head - 6}" y2="${height}"
    ><title>Talos gives the boot up here</title></line
  >`;

function describe({ name, minutesLeft }: NodeVerdict, spans: readonly Span[]): string {
  const now = new Map(spans.map(({ service, state }) => [service, state]));
  const states = [...now].map(([service, state]) => `${service} ${state.toLowerCase()}`).join(", ");
  const left = minutesLeft === null ? "" : `; ${minutesLeft} minutes until Talos gives the boot up`;
  return `Boot of ${name}: ${states}${left}`;
}
