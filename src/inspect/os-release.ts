/** `KEY=value` lines of an os-release file (freedesktop os-release(5)), quotes taken away; other lines are passed over. */
export function parseOsRelease(text: string): Record<string, string> {
  const pairs = text
    .split("\n")
    .map((line) => /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, key, value]) => [key, unquote(value!)] as const);
  return Object.fromEntries(pairs);
}

function unquote(value: string): string {
  const [, quote, inner] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (quote === undefined) return value;
  return quote === '"' ? inner!.replace(/\\(["$`\\])/g, "$1") : inner!;
}
