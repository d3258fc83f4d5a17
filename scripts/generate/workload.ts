import { readFileSync } from "node:fs";
import { join } from "node:path";
import wabt from "wabt";

const source = "src/lab/wasm/hello.wat";

export const path = "src/lab/wasm/hello-module.ts";

/** The workload of the lab as a WASI module, so that the published package needs no assembler. */
export async function generate(): Promise<string> {
  const text = readFileSync(join(import.meta.dirname, "..", "..", source), "utf8");
  const module = (await wabt()).parseWat(source, text);
  module.validate();
  const base64 = Buffer.from(module.toBinary({}).buffer).toString("base64");
  module.destroy();
  const lines = base64.match(/.{1,110}/g) ?? [];
  return `// Made from hello.wat by \`npm run generate\`.\nexport const helloModule: string = [\n${lines.map((line) => `  "${line}",\n`).join("")}].join("");\n`;
}
