// The examples in docs/adding-a-role.md, from the files themselves.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const path = "docs/adding-a-role.md";

const root = join(import.meta.dirname, "../..");

export function generate(): string {
  const text = readFileSync(join(root, path), "utf8");
  return text.replaceAll(
    /(<!-- example: (examples\/[\w.-]+) -->\n)[^]*?(<!-- end -->)/g,
    (_, begin: string, file: string, end: string) =>
      `${begin}\n\`\`\`yaml\n${readFileSync(join(root, file), "utf8").trimEnd()}\n\`\`\`\n\n${end}`,
  );
}
