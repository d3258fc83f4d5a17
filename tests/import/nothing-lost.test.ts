import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { imported, profile, said } from "./imported.ts";

// Every value of a machine config is in roles.yaml or named among what is not carried; and no value that may be a secret is copied.

type Data = string | number | boolean | Data[] | { [key: string]: Data };

interface Leaf {
  /** As the list of what is not carried writes it. */
  path: string;
  text: string;
}

function leavesOf(data: Data, path: string): Leaf[] {
  if (Array.isArray(data)) return data.flatMap((item, index) => leavesOf(item, `${path}[${index}]`));
  if (typeof data !== "object") return [{ path, text: String(data) }];
  return Object.entries(data).flatMap(([key, value]) =>
    leavesOf(value, path === "" || path.endsWith(" ") ? `${path}${key}` : `${path}.${key}`),
  );
}

const covers = (what: string, path: string): boolean =>
  what === path || [".", "[", " "].some((end) => path.startsWith(what + end));

/** Texts that stand nowhere else, some of which a template makes. */
let count = 0;
const word = fc.constant(0).map(() => `w${(count += 1)}x`);
const template = fc.constant(0).map(() => `{{ .v${(count += 1)} }}`);
const value = fc.oneof({ weight: 4, arbitrary: word }, template);
const texts = fc.dictionary(word, value, { minKeys: 1, maxKeys: 3 });
const url = fc.oneof(
  { weight: 4, arbitrary: word.map((name) => `https://${name}.test`) },
  { weight: 1, arbitrary: value },
);
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });

const machine = some({
  nodeLabels: texts,
  sysctls: texts,
  sysfs: texts,
  kernel: some({
    modules: fc.array(some({ name: value, parameters: fc.array(value, { minLength: 1, maxLength: 2 }) }), {
      maxLength: 2,
    }),
  }),
  registries: some({
    mirrors: fc.dictionary(
      word,
      some({
        endpoints: fc.array(url, { minLength: 1, maxLength: 2 }),
        skipFallback: value,
        overridePath: value,
      }),
      { maxKeys: 2 },
    ),
    config: fc.dictionary(word, some({ auth: some({ username: value, password: value }), tls: texts }), {
      maxKeys: 2,
    }),
  }),
  files: fc.array(some({ path: value, content: value }), { maxLength: 2 }),
});
const cluster = some({
  network: some({
    podSubnets: fc.oneof(fc.constant(["10.77.0.0/16"]), fc.array(value, { minLength: 1, maxLength: 2 })),
    cni: some({ name: value }),
  }),
  token: value,
});
const named = <T extends object>(kind: string, fields: fc.Arbitrary<T>) =>
  fc.tuple(word, fields).map(([name, rest]) => ({ apiVersion: "v1alpha1", kind, name, ...rest }));
const documents = fc.tuple(
  fc.record({ machine, cluster }),
  fc.array(
    fc.oneof(
      named("KernelModuleConfig", some({ parameters: fc.array(value, { minLength: 1, maxLength: 2 }) })),
      named(
        "RegistryMirrorConfig",
        some({
          endpoints: fc.array(some({ url, overridePath: value }), { minLength: 1, maxLength: 2 }),
          skipFallback: value,
        }),
      ),
      named("RegistryAuthConfig", some({ username: value, password: value })),
      named("LinkConfig", some({ mtu: value })),
      named(
        "ExtensionServiceConfig",
        some({
          other: value,
          configFiles: fc.array(some({ mountPath: template, content: value }), { maxLength: 2 }),
        }),
      ),
    ),
    { maxLength: 4 },
  ),
);

describe("a machine config", () => {
  it("every value of it is carried or listed", async () => {
    await fc.assert(
      fc.asyncProperty(documents, async ([root, others]) => {
        const whole = { ...root, machine: { type: "worker", network: { hostname: "n1" }, ...root.machine } };
        const text = [whole, ...others].map((one) => stringify(one)).join("---\n");
        const made = await imported({ "n1.yaml": text });
        const carried = JSON.stringify(made.roles);
        const listed = made.notCarried.flatMap(({ what }) => what.split(", "));
        const leaves = [
          ...leavesOf(root as Data, ""),
          ...others.flatMap(({ kind, name, apiVersion: _version, ...rest }) =>
            leavesOf(rest as Data, `${kind} ${name} `),
          ),
        ];
        const lost = leaves.filter(
          (leaf) => !carried.includes(leaf.text) && !listed.some((what) => covers(what, leaf.path)),
        );
        expect({ lost, of: lost.length > 0 ? text : "" }).toEqual({ lost: [], of: "" });
      }),
      { numRuns: 300 },
    );
  });

  it("names what of the registries has no place, and no more than that", async () => {
    const made = await imported({
      "n1.yaml": `machine:
  type: worker
  network: {hostname: n1}
  nodeLabels: {a: b, zone: "{{ .zone }}"}
  registries:
    mirrors:
      docker.io: {endpoints: [https://m.test], skipFallback: true}
      quay.io: {endpoints: [not-a-url]}
    config: {m.test: {auth: {username: u, password: never-shown}}}
cluster: {clusterName: moss}
`,
    });
    expect(made.roles.cluster).toMatchObject({
      name: "moss",
      registries: { "docker.io": ["https://m.test"] },
    });
    expect(said(made)).toMatch(
      /machine\.registries\.mirrors\.docker\.io\.skipFallback, machine\.registries\.mirrors\.quay\.io\.endpoints\[0\], machine\.registries\.config/,
    );
    expect(said(made)).toMatch(/machine\.nodeLabels\.zone \(n1\): it is a template/);
    expect(said(made)).not.toMatch(/machine\.nodeLabels\.a\b|machine\.type|clusterName/);
  });

  it("says what a patch could not do and what nothing includes", async () => {
    const made = await imported({
      "talconfig.yaml":
        "clusterName: c\ntalosVersion: v1.12.6\nnodes: [{hostname: n1, ipAddress: '10.0.0.1, fd00::1', machineSpec: {arch: arm64, mode: metal}, nodeLabels: '{{ x }}', patches: ['- {op: test, path: /machine/x, value: 1}']}]\n",
      "lone.yaml": "machine: {sysctls: {a: b}}\n",
    });
    expect(said(made)).toMatch(/part of a patch.*\(n1\)/);
    expect(said(made)).toMatch(/lone\.yaml/);
    expect(said(made)).toMatch(/`machineSpec\.mode`/);
    expect(said(made)).toMatch(/`nodeLabels`/);
    expect(said(made)).toMatch(/`ipAddress after the first`/);
  });
});

describe("other sources", () => {
  it("nodes, machines and extensions that cannot be read are named", async () => {
    const talhelper = await imported({
      "talconfig.yaml":
        "clusterName: c\ntalosVersion: v1.12.6\nnodes: [{hostname: n1, ipAddress: 10.0.0.1}, '{{ .more }}']\n",
    });
    expect(said(talhelper)).toMatch(/a node in \S+ \(line 3\) cannot be read/);
    const omni = await imported({
      "c.yaml": `kind: Cluster
name: c
talos: {version: v1.12.0}
systemExtensions: [siderolabs/zfs, "{{ .more }}"]
---
kind: Workers
machines: [m1]
---
kind: Machine
name: m2
`,
    });
    expect(said(omni)).toMatch(/an extension in \S+ \(line 4\) cannot be read/);
    expect(said(omni)).toMatch(/no set of \S+ has the machine m2/);
  });

  it("what a profile or a schematic has beside what is read is named", async () => {
    const made = await imported({ "metal.yaml": profile("image", "other: {a: 1}\n") });
    expect(said(made)).toMatch(/`platform`, `output` \(metal\): .*`images\.outputs`/);
    expect(said(made)).toMatch(/`other` of the schematic/);
    const schematic = await imported({
      "schematic.yaml":
        "customization: {systemExtensions: {officialExtensions: [siderolabs/zfs], more: [x]}}\nmore: 1\n",
    });
    expect(said(schematic)).toMatch(
      /`more` of the schematic, `customization\.systemExtensions\.more` of the schematic/,
    );
  });
});
