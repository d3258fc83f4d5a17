import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Component {
  name: string;
  version: string;
  hashes?: { alg: string; content: string }[];
}

/** What `npm sbom` writes, as far as it is read here. */
interface Sbom {
  metadata: { timestamp?: string; tools: { version?: string }[]; component: { name: string } };
  components: Component[];
}

interface Manifest {
  name: string;
  devDependencies?: object;
}
interface Lock {
  packages: Record<string, { dev?: boolean } & Partial<Manifest>>;
}

/** The CycloneDX document of what is installed with the package, from the lock file alone: neither clock, folder nor npm's version is in it. */
export function makeSbom(root: string): Sbom & { serialNumber: string } {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
  const { devDependencies: _own, ...manifest } = read("package.json") as Manifest;
  const sbom = npmSbom(manifest, productionOnly(read("package-lock.json") as Lock));
  const { timestamp: _timestamp, ...metadata } = sbom.metadata;
  const tools = metadata.tools.map(({ version: _version, ...tool }) => tool);
  const component = { ...metadata.component, name: manifest.name };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify([component, sbom.components]))}`;
  return { ...sbom, serialNumber, metadata: { ...metadata, tools, component } };
}

/** `npm sbom --omit dev` leaves packages out that production has, too (npm 11): so it is given a lock without the others. */
function productionOnly(lock: Lock): Lock {
  const packages = Object.entries(lock.packages).flatMap(([path, { devDependencies: _dev, ...one }]) =>
    one.dev ? [] : [[path, one] as const],
  );
  return { ...lock, packages: Object.fromEntries(packages) };
}

function npmSbom(manifest: object, lock: Lock): Sbom {
  const folder = mkdtempSync(join(tmpdir(), "sbom-"));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
    const words = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
    return JSON.parse(execFileSync("npm", words, { cwd: folder, encoding: "utf8" })) as Sbom;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A UUID made of a content (RFC 9562, version 8). */
function uuidOf(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
