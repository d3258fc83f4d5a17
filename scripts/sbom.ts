// Writes the package's bill of materials to where `npm pack` takes it along.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSbom } from "./make-sbom.ts";

const root = join(import.meta.dirname, "..");
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(join(root, "dist/sbom.cdx.json"), `${JSON.stringify(makeSbom(root), null, 2)}\n`);
process.stdout.write("wrote dist/sbom.cdx.json\n");
