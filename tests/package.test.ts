import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { makeSbom } from "../scripts/make-sbom.ts";
import { type ActionName, pinned } from "../src/ci/actions.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Locked {
  version: string;
  integrity?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
}
const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== "");
const production = locked.filter(([, { dev }]) => !dev);
const nameOf = (path: string): string => path.split("node_modules/").at(-1) ?? path;
const manifest = JSON.parse(read("package.json")) as {
  version: string;
  publishConfig: object;
  repository: { url: string };
  files: string[];
};

describe("the lock file", () => {
  it("has an integrity hash of every package", () => {
    expect(locked.length).toBeGreaterThan(300);
    const without = locked.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-"));
    expect(without).toEqual([]);
  });

  it("has no production package that needs its install script", () => {
    // protobufjs only warns, when it is installed, of how a dependent writes its version: nothing is made by it.
    expect(
      production.flatMap(([path, { hasInstallScript }]) => (hasInstallScript ? [nameOf(path)] : [])),
    ).toEqual(["protobufjs"]);
    expect(read("scripts/package-smoke.sh")).toContain("--ignore-scripts --omit=dev");
    expect(read("scripts/setup.sh")).toContain("npm ci --ignore-scripts");
  });
});

describe("the bill of materials", () => {
  const sbom = makeSbom(root);

  it("lists exactly the production packages of the lock file, with their hashes", () => {
    const wanted = production.map(([path, { version, integrity = "" }]) => ({
      id: `${nameOf(path)}@${version}`,
      hash: Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex"),
    }));
    const found = sbom.components.map(({ name, version, hashes = [] }) => ({
      id: `${name}@${version}`,
      hash: hashes.find(({ alg }) => alg === "SHA-512")?.content,
    }));
    const sorted = <T extends { id: string }>(list: T[]) => list.toSorted((a, b) => a.id.localeCompare(b.id));
    expect(found.length).toBeGreaterThan(50);
    expect(sorted(found)).toEqual(sorted(wanted));
  });

  it("is always the same", () => {
    expect(makeSbom(root)).toEqual(sbom);
    expect(JSON.stringify(sbom)).not.toContain("timestamp");
    expect(sbom.metadata.component).toMatchObject({ name: "talos-roles", version: manifest.version });
  });

  it("goes with the package", () => {
    expect(manifest.files).toContain("dist");
    expect(read("scripts/sbom.ts")).toContain("dist/sbom.cdx.json");
  });
});

describe("the release", () => {
  const text = read(".github/workflows/release.yaml");
  const { on, permissions, jobs } = parse(text) as {
    on: Record<string, unknown>;
    permissions: object;
    jobs: Record<string, { permissions: Record<string, string>; needs?: string; steps: { run?: string }[] }>;
  };

  it("publishes with provenance what was tested, from a tag alone, with no secret", () => {
    expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
    expect(manifest.repository.url).toBe("git+https://github.com/urmanac/talos-roles.git");
    expect(Object.keys(on)).toEqual(["push"]);
    expect(jobs["publish"]?.needs).toBe("test");
    const commands = jobs["publish"]?.steps.flatMap(({ run }) => run ?? []).join("\n") ?? "";
    expect(commands).toMatch(/npm run build\nnpm run sbom\n[^]*npm pack[^]*npm publish \S+ --provenance/);
    expect(text).not.toMatch(/secrets\./);
  });

  it("gives each job only what it needs, and pins what it uses as generated workflows do", () => {
    expect(permissions).toEqual({});
    expect(Object.values(jobs).map((job) => job.permissions)).toEqual([
      { contents: "read" },
      { contents: "read", "id-token": "write", attestations: "write" },
    ]);
    const uses = [...text.matchAll(/uses: ((\S+?)@.*)/g)];
    expect(uses.length).toBeGreaterThan(4);
    for (const [, whole, name] of uses) expect(whole).toBe(pinned(name as ActionName));
  });
});
