import { describe, expect, it } from "vitest";
import { serviceDocuments } from "../../talos/config/service-documents.ts";
import { textOf } from "../../talos/config/tree.ts";
import { loads, modules, only } from "./fixtures/read.ts";

describe("talhelper", () => {
  const top = "clusterName: c\ntalosVersion: v1.12.6\nendpoint: https://x:6443\n";

  it("patches of all, of the group, of the node, in this order; a node may leave its group's out", async () => {
    const { nodes } = await only({
      "talconfig.yaml": `${top}patches: ["@a.yaml"]
worker: {patches: ["@b.yaml"]}
controlPlane: {patches: ["@cp.yaml"]}
nodes:
  - {hostname: n1, ipAddress: 10.0.0.1, patches: ["@./c.yaml"]}
  - {hostname: n2, ipAddress: "10.0.0.2, fd00::2", overridePatches: true, patches: ["@c.yaml"]}
  - {hostname: n3, ipAddress: 10.0.0.3, controlPlane: true}
`,
      ...Object.fromEntries(["a", "b", "c", "cp"].map((name) => [`${name}.yaml`, loads(name)])),
    });
    expect(nodes.map((node) => [node.name, node.address, node.controlPlane, ...modules(node)])).toEqual([
      ["n1", "10.0.0.1", false, "a", "b", "c"],
      ["n2", "10.0.0.2", false, "a", "c"],
      ["n3", "10.0.0.3", true, "a", "cp"],
    ]);
  });

  it("an empty field of a node comes from its group, a written one stands alone", async () => {
    const { nodes } = await only({
      "talconfig.yaml": `${top}worker: {kernelModules: [{name: zfs}], talosImageURL: a/b, extensionServices: [{name: x, environment: [A=b]}]}
nodes:
  - {hostname: n1, ipAddress: 10.0.0.1, kernelModules: []}
  - {hostname: n2, ipAddress: 10.0.0.2, kernelModules: [{name: drbd}], extensionServices: [{name: y, environment: [A=b]}]}
`,
    });
    expect(nodes.map(modules)).toEqual([["zfs"], ["drbd"]]);
    expect(nodes.map(({ image }) => textOf(image.reference))).toEqual(["a/b", "a/b"]);
    expect(nodes.map(({ config }) => serviceDocuments(config.documents).map(({ name }) => name))).toEqual([
      ["x"],
      ["y"],
    ]);
  });

  it("a patch that is listed and not there hides what could be in it", async () => {
    const { nodes, notes } = await only({
      "t/talconfig.yaml": `${top}nodes: [{hostname: n1, ipAddress: 10.0.0.1, patches: ["@../private/x.yaml", "@\${DIR}/y.yaml"]}]\n`,
    });
    expect(nodes[0]?.config.hidden).toHaveLength(2);
    expect(notes.map(({ at, message }) => [at.line, message.includes("private/x.yaml")])).toEqual([
      [4, true],
    ]);
  });

  it("takes versions from its environment file", async () => {
    const { nodes } = await only({
      "t/talconfig.yaml":
        'clusterName: c\ntalosVersion: "${talosVersion}" # renovate\nnodes: [{hostname: n1, ipAddress: 10.0.0.1}]\n',
      "t/talenv.yaml": "talosVersion: v1.11.2\n",
    });
    expect(nodes[0]?.talos).toBe("v1.11.2");
  });

  it("finds a patch beside the file, and else from the top of the folder", async () => {
    const { nodes } = await only({
      "k/talos/talconfig.yaml": `${top}nodes: [{hostname: n1, ipAddress: 10.0.0.1, patches: ["@./a.yaml", "@k/talos/b.yaml"]}]\n`,
      "k/talos/a.yaml": loads("a"),
      "k/talos/b.yaml": loads("b"),
      "a.yaml": loads("other"),
    });
    expect(modules(nodes[0]!)).toEqual(["a", "b"]);
  });
});

describe("TOPF", () => {
  const top = "clusterName: c\nclusterEndpoint: https://x:6443\nkubernetesVersion: 1.34.1\n";

  it("folders in order, files by name, and not what lies below or beside", async () => {
    const { nodes } = await only({
      "topf.yaml": `${top}nodes: [{host: n1, ip: 10.0.0.1, role: worker}, {host: n2, role: control-plane}]\n`,
      "node/n1/01.yaml": loads("e"),
      "all/02.yaml": loads("b"),
      "all/01.yml": loads("a"),
      "all/deep/00.yaml": loads("deep"),
      "worker/01.yaml.tpl": loads("c"),
      "control-plane/01.yaml": loads("d"),
      "other/01.yaml": loads("other"),
      "all/notes.json": loads("json"),
    });
    expect(nodes.map(modules)).toEqual([
      ["a", "b", "c", "e"],
      ["a", "b", "d"],
    ]);
    expect(nodes[0]?.config.unlisted.map(({ at }) => at.file).toSorted()).toEqual([
      "all/deep/00.yaml",
      "all/notes.json",
      "other/01.yaml",
    ]);
  });

  it("a node's schematic stands before the cluster's", async () => {
    const { nodes } = await only({
      "topf.yaml": `${top}schematicId: aa\nnodes: [{host: n1, role: worker, schematicId: "@s/x.yaml"}, {host: n2, role: worker}, {host: n3, role: worker, schematicId: "@s/none.yaml"}]\n`,
      "s/x.yaml": "customization: {systemExtensions: {officialExtensions: [siderolabs/zfs]}}\n",
    });
    const used = nodes.map(({ image }) =>
      image.schematics.filter((one) => one.used).map(({ at }) => at.file),
    );
    expect(used).toEqual([["s/x.yaml"], [], []]);
    expect(nodes[1]?.image.reference?.text).toBe("/aa");
    expect(nodes[2]?.image.reference?.opaque).toBe("reference");
  });
});

describe("Omni", () => {
  it("the list nearest to a machine stands alone, patches of all levels add up", async () => {
    const { nodes } = await only({
      "c.yaml": `kind: Cluster
name: c
talos: {version: v1.12.0}
systemExtensions: [siderolabs/a]
patches: [{inline: {machine: {kernel: {modules: [{name: a}]}}}}]
---
kind: Workers
name: w
machines: [m1, m2]
systemExtensions: [siderolabs/b]
patches: [{file: p.yaml}]
---
kind: ControlPlane
machines: [m3]
---
kind: Machine
name: m2
systemExtensions: []
patches: [{inline: "machine: {kernel: {modules: [{name: c}]}}"}]
`,
      "p.yaml": loads("b"),
    });
    expect(
      nodes.map((node) => [node.name, node.image.list?.names, node.controlPlane, ...modules(node)]),
    ).toEqual([
      ["m1", ["siderolabs/b"], false, "a", "b"],
      ["m2", [], false, "a", "b", "c"],
      ["m3", ["siderolabs/a"], true, "a"],
    ]);
  });
});

describe("talm", () => {
  const line =
    '# talm: nodes=["10.0.0.1"], endpoints=["10.0.0.9"], templates=["templates/controlplane.yaml"]\n';

  it("a thin body is merged over what is not seen", async () => {
    const { nodes } = await only({ "nodes/n1.yaml": `${line}machine: {network: {hostname: n1}}\n` });
    expect(nodes[0]).toMatchObject({ name: "n1", address: "10.0.0.1", controlPlane: true });
    expect(nodes[0]?.config.hidden).toHaveLength(1);
  });

  it("says when values.yaml names another image than a node has", async () => {
    const { notes } = await only({
      "values.yaml": "image: a/talos:v1.13.6\n",
      "nodes/n1.yaml": `${line}machine: {type: worker, network: {hostname: n1}, install: {image: "a/talos-gateway:v1.13.6"}}\n`,
    });
    expect(notes.map(({ message }) => message)).toEqual([expect.stringContaining("n1") as string]);
  });
});
