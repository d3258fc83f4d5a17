import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load, problems } from "./fixtures/problems.ts";
import { loadRoles, parseRoles } from "./load.ts";

const adr = `cluster: {name: moon, talos: v1.13.6, network: {services: 10.96.0.0/16, join: 172.31.0.0/16}}
roles:
  compute:
    purpose: WebAssembly workload nodes
    extensions: [drbd, zfs, spin]
    count: {min: 1}
  gateway:
    like: compute
    extensions: {add: [tailscale]}
    subnetRouter: {routes: [pods, services, 192.168.0.0/24], authKey: {env: TS_AUTHKEY}}
nodes:
  - {name: n1, address: 10.10.0.101, role: gateway, controlPlane: true}
`;

describe("a good file", () => {
  it("is resolved: inheritance, defaults, words for networks, positions", () => {
    const { roles, nodes, cluster } = load(adr);
    expect(roles[1]).toEqual({
      name: "gateway",
      purpose: "",
      extensions: ["drbd", "zfs", "spin", "tailscale"],
      arch: ["arm64"],
      count: { min: 1, max: null },
      subnetRouter: {
        routes: ["10.244.0.0/16", "10.96.0.0/16", "192.168.0.0/24"],
        mode: "kernel",
        authKey: { env: "TS_AUTHKEY" },
        tags: [],
      },
      kernelArgs: [],
      meta: [],
      modules: [],
      services: {},
      labels: {},
      sysctls: {},
      position: { file: "roles.yaml", line: 7, column: 3 },
    });
    expect(nodes[0]).toMatchObject({ arch: "arm64", position: { line: 12, column: 5 } });
    expect(cluster).toMatchObject({
      arch: ["arm64"],
      network: { pods: ["10.244.0.0/16"], join: "172.31.0.0/16" },
    });
  });

  it("needs nothing but roles", () => {
    expect(load("roles: {a: {}}")).toMatchObject({
      cluster: { name: "talos", talos: "v1.13.6", arch: ["arm64"] },
      images: { registry: "localhost:5000", sectorSize: 512 },
      roles: [{ name: "a", count: { min: 0, max: null }, extensions: [] }],
      nodes: [],
    });
  });

  it("counts exactly one where a subnet router says nothing", () => {
    expect(load("roles: {a: {subnetRouter: {}}}").roles[0]?.count).toEqual({ min: 1, max: 1 });
  });

  it("takes one architecture or several; a node's own wins", () => {
    const { cluster, roles, nodes } = load(`cluster: {arch: [amd64, arm64]}
roles: {a: {}, b: {arch: arm64}}
nodes:
  - {name: n1, address: 10.0.0.1, role: a}
  - {name: n2, address: 10.0.0.2, role: a, arch: arm64}
  - {name: n3, address: 10.0.0.3, role: b}
`);
    expect(cluster.arch).toEqual(["amd64", "arm64"]);
    expect(roles.map(({ arch }) => arch)).toEqual([["amd64", "arm64"], ["arm64"]]);
    expect(nodes.map(({ arch }) => arch)).toEqual(["amd64", "arm64", "arm64"]);
  });

  it("takes Talos from the CozyStack release, unless it is written out", () => {
    const talos = (cluster: string) => load(`cluster: {${cluster}}\nroles: {a: {}}`).cluster.talos;
    expect(talos("cozystack: v1.6.2")).toBe("v1.13.6");
    expect(talos("cozystack: v0.38.8")).toBe("v1.11.3");
    expect(talos("cozystack: v0.38.8, talos: v1.11.5")).toBe("v1.11.5");
    expect(talos("cozystack: v99.0.0, talos: v1.11.5")).toBe("v1.11.5");
    const later = parseRoles("cluster: {cozystack: v99.0.0}\nroles: {a: {}}", "x", {
      talosOfCozystack: () => "v1.14.0",
    });
    expect(later.roles.cluster.talos).toBe("v1.14.0");
  });

  it("reads sizes, signature policies and silenced rules", () => {
    const { images, signatures, silenced } = load(`roles: {a: {}}
images: {diskSize: 8GiB, sectorSize: 4096}
signatures:
  - {images: ghcr.io/siderolabs/, issuer: "https://accounts.google.com", identity: '/.+@siderolabs\\.com/'}
  - {images: ghcr.io/me/, publicKey: cosign.pub}
silenced: [{rule: join-network, reason: there is no kube-ovn here}]
`);
    expect(images).toMatchObject({ diskSize: 8 * 2 ** 30, sectorSize: 4096 });
    expect(signatures).toMatchObject([
      { identity: ".+@siderolabs\\.com", identityIsPattern: true, position: { line: 4 } },
      { publicKey: "cosign.pub" },
    ]);
    expect(silenced).toMatchObject([{ rule: "join-network", position: { line: 6 } }]);
  });
});

describe("what is wrong is told all at once, with its place and what to write", () => {
  it("unknown keys, wrong kinds, near misses", () => {
    expect(
      problems(`clutser: {}
cluster: {talos: 1.13, arch: amr64, network: {pods: 10.0.0.0/99}}
images: {outputs: [iso, metl]}
roles:
  Big: {}
  a: {extensions: {ad: [x]}, count: x}
  b: {subnetRouter: {routes: [pod]}, arch: [arm64, arm]}
nodes: [{name: n1}]
signatures: [{images: x, issuer: "https://x", identiy: y}]
`),
    ).toEqual([
      "1:1 unknown key `clutser`; did you mean `cluster`?",
      "2:18 a version like v1.13.6 is expected here",
      "2:30 did you mean `arm64`? one of amd64, arm64 is expected here",
      "2:53 a CIDR like 10.244.0.0/16 is expected here",
      expect.stringMatching(/^3:25 did you mean `metal`\?/),
      "5:3 a name of a-z, 0-9 and - (at most 40) is expected here",
      "6:20 unknown key `ad`; did you mean `add`?",
      "6:37 a number, or `{min: 1, max: 3}`, is expected here",
      "7:31 `pods`, `services` or a CIDR like 10.0.0.0/8 is expected here",
      "7:52 did you mean `arm64`? one of amd64, arm64 is expected here",
      "8:9 `address` is missing; an IP address is expected here",
      "8:9 `role` is missing; a name of a-z, 0-9 and - (at most 40) is expected here",
      "9:14 `identity` is missing; the signer's identity, or /pattern/ is expected here",
      "9:47 unknown key `identiy`; did you mean `identity`?",
    ]);
  });

  it("a secret in clear is refused and not repeated", () => {
    const [line, ...rest] = problems("roles: {a: {subnetRouter: {authKey: tskey-auth-abc}}}");
    expect(rest).toEqual([]);
    expect(line).toMatch(/^1:37 a secret is never written in clear: write `\{env: NAME\}`/);
    expect(line).not.toContain("tskey");
  });

  it("the inventory: unknown roles, other architectures, the same twice", () => {
    expect(
      problems(`roles: {compute: {}}
nodes:
  - {name: n1, address: 10.0.0.1, role: comptue}
  - {name: n1, address: 10.0.0.1, role: compute, arch: amd64}
`),
    ).toEqual([
      "3:41 there is no role `comptue`; did you mean `compute`?",
      "4:12 name n1 is already taken by line 3",
      "4:25 address 10.0.0.1 is already taken by node n1",
      "4:56 node n1 is amd64, but role `compute` is built for arm64; add amd64 to `cluster.arch`",
    ]);
  });

  it("roles: counts upside down and architectures that the cluster has not, once each", () => {
    expect(problems("roles:\n  a: {count: {min: 3, max: 1}, arch: amd64}\n  b: {like: a}\n")).toEqual([
      "2:14 min 3 is more than max 1",
      "2:38 the cluster is arm64 only; add amd64 to `cluster.arch`",
    ]);
  });

  it("a CozyStack release nobody knows", () => {
    expect(problems("cluster: {cozystack: v1.99.0}\nroles: {a: {}}\n")[0]).toMatch(
      /^1:22 .*v1\.99\.0.*`talos: vX/,
    );
  });

  it("the error says where and how many", () => {
    expect(() => load("roles: {a: {x: 1}}")).toThrow(
      /^roles.yaml has one problem:\n {2}roles.yaml:1:13: unknown key `x`/,
    );
  });
});

describe("loadRoles", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "roles-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);

  it("reads a file", async () => {
    await writeFile(file("good.yaml"), adr);
    expect((await loadRoles(file("good.yaml"))).file).toBe(file("good.yaml"));
  });

  it("says what is the matter with one it cannot read", async () => {
    await mkdir(file("folder.yaml"));
    await writeFile(file("latin.yaml"), Buffer.from("roles: {a: {purpose: caf\xe9}}", "latin1"));
    await writeFile(file("huge.yaml"), Buffer.alloc(2 ** 25 + 1, "#"));
    await expect(loadRoles(file("none.yaml"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(loadRoles(file("folder.yaml"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(loadRoles(file("latin.yaml"))).rejects.toMatchObject({ code: "ROLES_INVALID" });
    await expect(loadRoles(file("huge.yaml"))).rejects.toMatchObject({ code: "ROLES_INVALID" });
  });
});
