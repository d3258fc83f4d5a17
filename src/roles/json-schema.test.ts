import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { violations } from "../../tests/helpers/json-schema.ts";
import { rolesJsonSchema } from "./json-schema.ts";
import { parseRoles } from "./load.ts";
import { rolesSchema } from "./schema.ts";
import { starterRoles } from "./starter.ts";

const schema = rolesJsonSchema();
const root = join(import.meta.dirname, "..", "..");
const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" }).filter((name) =>
  /(?:^|\/)roles\.yaml$/.test(name),
);
const example = readFileSync(join(root, "examples", "roles.yaml"), "utf8");

/** What people write: every key once. */
const full = {
  $schema: "x",
  cluster: {
    name: "moon",
    talos: "v1.13.6",
    cozystack: "v1.6.2",
    arch: ["arm64", "amd64"],
    network: { pods: ["10.244.0.0/16", "fd00::/48"], services: "10.96.0.0/16", join: "172.31.0.0/16" },
    registries: { "docker.io": ["https://mirror.example.org"] },
  },
  images: {
    registry: "ghcr.io/me/moon",
    outputs: ["installer", "metal"],
    schematicExtension: true,
    diskSize: "8GiB",
    sectorSize: 4096,
  },
  roles: {
    compute: {
      purpose: "work",
      extensions: ["drbd", "ghcr.io/me/own:v1"],
      arch: "arm64",
      count: { min: 1, max: 9 },
      kernelArgs: ["-console", "console=ttyAMA0"],
      meta: [{ key: 10, value: "x" }],
      embeddedConfig: "embedded.yaml",
      modules: [{ name: "drbd", parameters: ["usermode_helper=disabled"] }],
      services: {
        "nut-client": {
          environment: { A: "b", C: { env: "D" } },
          files: [{ mountPath: "/etc/nut.conf", content: { file: "nut.conf" } }],
        },
      },
      labels: { "example.org/role": "compute" },
      sysctls: { "net.ipv4.ip_forward": "1" },
    },
    gateway: {
      like: "compute",
      extensions: { add: ["tailscale"], remove: ["drbd"] },
      count: 1,
      subnetRouter: {
        routes: ["pods", "10.0.0.0/8"],
        mode: "userspace",
        authKey: { env: "TS_AUTHKEY" },
        loginServer: "https://hs.example.org",
        tags: ["tag:gateway"],
        hostname: "gw",
      },
    },
    edge: { like: "gateway", subnetRouter: false },
  },
  nodes: [
    {
      name: "n1",
      address: "10.0.0.1",
      role: "gateway",
      arch: "arm64",
      controlPlane: true,
      mac: "52:54:00:12:34:56",
      serial: "S 1",
      uuid: "00000000-0000-4000-8000-000000000001",
    },
  ],
  signatures: [
    { images: "ghcr.io/siderolabs/", issuer: "https://accounts.google.com", identity: "/@siderolabs.com$/" },
    { images: "ghcr.io/me/", publicKey: "cosign.pub" },
  ],
  silenced: [{ rule: "join-network", reason: "this cluster has no kube-ovn" }],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place of a document, as a path. */
function places(value: Json, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => places(one, [...path, key]))];
}

/** The document with the value at `path` put in place of the one there; `undefined` takes it away. */
function changed(document: Json, path: readonly string[], value: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(document)) {
    return document.flatMap((one, index) => {
      const next = String(index) === key ? changed(one, rest, value) : one;
      return next === undefined ? [] : [next];
    });
  }
  const entries = Object.entries(document as Record<string, Json>).flatMap(
    ([name, one]): [string, Json][] => {
      const next = name === key ? changed(one, rest, value) : one;
      return next === undefined ? [] : [[name, next]];
    },
  );
  return Object.fromEntries(entries);
}

const values: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    512,
    4096,
    "",
    "a",
    "A",
    "pods",
    "arm64",
    "metal",
    "v1.2.3",
  ),
  fc.constantFrom<Json>(
    [],
    {},
    ["pods"],
    ["arm64"],
    { add: ["x"] },
    { env: "A" },
    { min: 1 },
    { a: {} },
    "10.0.0.0/33",
  ),
  fc.string() as fc.Arbitrary<Json>,
);

describe("the JSON Schema of roles.yaml", () => {
  it("is in step with the file in schemas/", () => {
    const committed = readFileSync(join(root, "schemas", "roles.schema.json"), "utf8");
    expect(JSON.parse(committed)).toEqual(schema);
  });

  it("describes every key", () => {
    const undescribed = (value: unknown, at: string): string[] => {
      if (typeof value !== "object" || value === null) return [];
      const { properties } = value as { properties?: Record<string, { description?: string }> };
      const own = Object.entries(properties ?? {}).filter(([, one]) => !one.description);
      const below = Object.entries(value).flatMap(([key, one]) => undescribed(one, `${at}/${key}`));
      return [...own.map(([key]) => `${at}/${key}`), ...below];
    };
    expect(undescribed(schema, "")).toEqual([]);
  });

  it.each(examples)("accepts examples/%s, and so does the loader", (name) => {
    const text = readFileSync(join(root, "examples", name), "utf8");
    expect(violations(parse(text), schema)).toEqual([]);
    expect(parseRoles(text, name).roles.roles.length).toBeGreaterThan(0);
  });

  it("accepts what init writes, and a file with every key", () => {
    expect(violations(parse(starterRoles({})), schema)).toEqual([]);
    expect(violations(full, schema)).toEqual([]);
    expect(rolesSchema.safeParse(full).error).toBeUndefined();
  });

  it("agrees with the loader on every change to a good file", () => {
    const documents = [full as Json, parse(example) as Json].map((document) => ({
      document,
      all: places(document),
    }));
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...documents), values, (at, { document, all }, value) => {
        const input = changed(document, all[at % all.length] ?? [], value);
        const byLoader = rolesSchema.safeParse(input).success;
        const bySchema = violations(input === undefined ? null : input, schema).length === 0;
        expect({ input, accepted: bySchema }).toEqual({ input, accepted: byLoader });
      }),
      { numRuns: 3000 },
    );
  });

  it("agrees with the loader on keys nobody knows, at every map", () => {
    for (const path of places(full)) {
      const parent = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], full);
      if (typeof parent !== "object" || parent === null || Array.isArray(parent)) continue;
      const input = changed(full, path, { ...(parent as Record<string, Json>), "un known": {} });
      expect({ path, accepted: violations(input, schema).length === 0 }).toEqual({
        path,
        accepted: rolesSchema.safeParse(input).success,
      });
    }
  });
});
