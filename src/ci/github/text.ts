/** A text as a YAML scalar in which GitHub finds no expression: what a role is called or is for must not be able to run anything. */
export const literal = (text: string): string => JSON.stringify(text.replaceAll("${{", "${{ '${{' }}"));

/** Lines moved to the right; empty ones stay empty. */
export const indented = (text: string, by: number): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : `${" ".repeat(by)}${line}`))
    .join("\n");

interface Step {
  name: string;
  id?: string;
  if?: string;
  env?: Record<string, string>;
  run?: string;
  uses?: string;
  with?: Record<string, string>;
}

/** One step of a job. Values of `env` and `with` are written as they are, because they are ours. */
export function step({ name, id, if: condition, env, run, uses, with: inputs }: Step): string {
  const map = (key: string, values: Record<string, string> | undefined): string[] =>
    values ? [`${key}:`, ...Object.entries(values).map(([one, value]) => `  ${one}: ${value}`)] : [];
  const lines = [
    `name: ${name}`,
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(condition === undefined ? [] : [`if: ${condition}`]),
    ...map("env", env),
    ...(uses === undefined ? [] : [`uses: ${uses}`]),
    ...map("with", inputs),
    ...(run === undefined ? [] : run.includes("\n") ? ["run: |", indented(run, 2)] : [`run: ${run}`]),
  ];
  return `- ${indented(lines.join("\n"), 2).trimStart()}`;
}
