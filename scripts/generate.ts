// Writes everything that is derived from the code. `npm run generate -- --check` fails where a file is not current.
// A generator is a module in scripts/generate/ with `path` + `generate()`, or `files()` for several at once.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Generator {
  path?: string;
  generate?: () => string | Promise<string>;
  files?: () => Record<string, string> | Promise<Record<string, string>>;
}

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");

async function outputsOf(generator: Generator): Promise<Record<string, string>> {
  if (generator.files) return generator.files();
  if (generator.path && generator.generate) return { [generator.path]: await generator.generate() };
  throw new Error("a generator exports `path` and `generate`, or `files`");
}

function current(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
}

let stale = 0;
const folder = join(import.meta.dirname, "generate");
for (const name of readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .sort()) {
  const generator = (await import(join(folder, name))) as Generator;
  for (const [path, text] of Object.entries(await outputsOf(generator))) {
    if (current(path) === text) continue;
    stale += 1;
    if (check) {
      console.error(`stale: ${path} (made by scripts/generate/${name}); run: npm run generate`);
      continue;
    }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
if (check && stale > 0) process.exitCode = 1;
