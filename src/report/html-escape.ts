/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Value = Markup | string | number | readonly Markup[];

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);

function rendered(value: Value): string {
  if (typeof value === "string" || typeof value === "number") return escape(String(value));
  return "markup" in value ? value.markup : value.map(({ markup }) => markup).join("");
}

/** Markup from a template: everything that is put in is escaped, unless it came out of here itself. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Markup => ({
  markup: parts.map((part, at) => part + (at < values.length ? rendered(values[at] ?? "") : "")).join(""),
});

/** A sentence whose commands stand in backticks, as everywhere in this program. */
export const sentence = (text: string): Markup =>
  html`${text.split("`").map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;

export const nothing: Markup = { markup: "" };
