import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConfig, rootKind } from "./document.ts";
import { itemsOf, nodeAt, textOf } from "./tree.ts";

const marks = "{}[]:-%$#&*!|> \n\"'ab<".split("");
const service = "apiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: tailscale\n";

describe("reading a file by content", () => {
  it("finds the documents of a machine config, with their places", () => {
    const { documents } = readConfig(
      `# comment\nmachine:\n  type: worker\n\n\n\n\n\n---\n${service}---\n# nothing\n---\n`,
      "n1.yaml",
    );
    expect(documents.map(({ kind, name, at }) => [kind, name, at.line])).toEqual([
      [rootKind, undefined, 2],
      ["ExtensionServiceConfig", "tailscale", 10],
    ]);
  });

  it("knows a JSON6902 patch, a schematic, and what is neither", () => {
    expect(
      readConfig('[{"op":"add","path":"/machine/x","value":1}]', "p.json").operations?.items,
    ).toHaveLength(1);
    expect(readConfig("customization: {}\n", "s.yaml").others[0]?.sort).toBe("schematic");
    expect(readConfig("replicaCount: 1\n", "values.yaml").others[0]?.sort).toBe("other");
    expect(readConfig("TS_AUTHKEY: x\nTS_ROUTES: y\n", "tailscale.yaml").documents).toEqual([]);
    expect(readConfig("apiVersion: v1\nkind: ConfigMap\n", "k.yaml").documents).toEqual([]);
  });

  it("follows anchors and merge keys, and stops at a bomb", () => {
    const { documents } = readConfig(
      "machine:\n  nodeLabels: &l {a: b}\n  sysctls: {<<: *l, c: d}\n",
      "n.yaml",
    );
    expect(textOf(nodeAt(documents[0]?.root, ["machine", "sysctls", "a"]))).toBe("b");
    const bomb = [
      "a: &a [1,1,1,1,1,1,1,1,1,1]",
      ..."bcdefgh"
        .split("")
        .map((key, index) => `${key}: &${key} [${Array(10).fill(`*${"abcdefgh"[index]}`).join(",")}]`),
    ];
    expect(readConfig(`machine:\n  ${bomb.join("\n  ")}\n`, "n.yaml").problem?.message).toContain(
      "too large",
    );
  });

  it("notes keys written twice", () => {
    const machine = nodeAt(
      readConfig("machine:\n  type: worker\n  type: worker\n", "n.yaml").documents[0]?.root,
      ["machine"],
    );
    expect(machine?.kind === "map" && machine.twice).toEqual([
      { key: "type", at: { file: "n.yaml", line: 3, column: 3 } },
    ]);
  });

  it("says where a file is no YAML", () => {
    expect(readConfig("machine:\n  a: [\n", "n.yaml").problem?.at.line).toBeGreaterThan(1);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...marks) }), (text) => {
        readConfig(text, "x.yaml");
      }),
      { numRuns: 500 },
    );
  });
});

describe("encrypted files", () => {
  it("has the document where only values are encrypted", () => {
    const { documents } = readConfig(
      `environment: ["ENC[AES256_GCM,data:xx,type:str]"]\n${service}sops: {version: 3.9.9}\n`,
      "t.sops.yaml",
    );
    expect(documents[0]).toMatchObject({ kind: "ExtensionServiceConfig", name: "tailscale" });
  });

  it("cannot tell the kind where all is encrypted", () => {
    const { documents } = readConfig(
      "apiVersion: ENC[AES256_GCM,data:a]\nkind: ENC[AES256_GCM,data:b]\nname: ENC[AES256_GCM,data:c]\n",
      "t.yaml",
    );
    expect(documents[0]?.kind).toBeUndefined();
  });
});

describe("templates", () => {
  it.each([
    [
      "envsubst",
      "machine:\n  network:\n    hostname: ${HOST}\n  certSANs: [${A}, x]\n  install: {image: factory/${ID}:${V}}\n",
    ],
    [
      "go",
      'machine:\n  network:\n    hostname: "{{ .Data.name }}"\n  certSANs: [{{ .A }}, x]\n  install: {image: {{ .Image }}}\n',
    ],
    [
      "terraform",
      'machine:\n  network:\n    hostname: ${fn("a", { b = 1 })}\n  certSANs: ["${a}", x]\n  install: {image: "${i}"}\n',
    ],
  ])("of %s are opaque text", (_, text) => {
    const { documents, problem } = readConfig(text, "t.yaml");
    expect(problem).toBeUndefined();
    const root = documents[0]?.root;
    expect(nodeAt(root, ["machine", "network", "hostname"])).toMatchObject({ opaque: "template" });
    expect(itemsOf(nodeAt(root, ["machine", "certSANs"])).map(textOf)).toEqual([undefined, "x"]);
  });

  it("under a condition may be absent, and both branches are kept", () => {
    const text = `machine:\n  type: worker\n{% if gateway %}\n  sysctls:\n    a: b\n{% else %}\n  sysctls:\n    c: d\n{% endif %}\n{% if gateway %}\n---\n${service}{% endif %}\n`;
    const { documents, problem } = readConfig(text, "t.yaml.j2");
    expect(problem).toBeUndefined();
    const machine = nodeAt(documents[0]?.root, ["machine"]);
    expect(machine?.kind === "map" && machine.entries.get("sysctls")?.maybe).toBe(true);
    expect(documents[0]?.maybe).toBe(false);
    expect(documents[1]).toMatchObject({ kind: "ExtensionServiceConfig", maybe: true });
  });

  it("that insert lines leave the document open", () => {
    const { documents } = readConfig(
      "machine:\n  type: worker\n  {{- toYaml .Values.machine | nindent 2 }}\n",
      "t.yaml",
    );
    expect(documents[0]?.open).toBe(true);
    const file = readConfig(
      `${service}configFiles:\n  - mountPath: /a\n    content: |\n      {{ if x }}\n      a\n      {{ end }}\n`,
      "t.yaml",
    );
    expect(textOf(nodeAt(file.documents[0]?.root, ["configFiles", 0, "mountPath"]))).toBe("/a");
  });

  it("that escape a dollar give the patch marker of Talos", () => {
    const { documents } = readConfig("machine:\n  nodeLabels:\n    a: {$$patch: delete}\n", "t.yaml");
    expect(textOf(nodeAt(documents[0]?.root, ["machine", "nodeLabels", "a", "$patch"]))).toBe("delete");
  });
});

describe("a block inside a file", () => {
  it("is read with the places that it has in that file, templates and all", () => {
    const outer = readConfig(
      "machine:\n  patches:\n    - |\n      machine:\n        type: {{ .T }}\n      {{ if x }}\n        sysctls: {a: b}\n      {{ end }}\n    - |-\n      a\n  type: worker\n",
      "talconfig.yaml",
    );
    const block = nodeAt(outer.documents[0]?.root, ["machine", "patches", 0]);
    const inner =
      block?.kind === "scalar" && block.block ? readConfig(block.block.text, block.block.at) : undefined;
    const machine = nodeAt(inner?.documents[0]?.root, ["machine"]);
    expect(nodeAt(machine, ["type"])).toMatchObject({
      opaque: "template",
      at: { file: "talconfig.yaml", line: 5, column: 15 },
    });
    expect(machine?.kind === "map" && machine.entries.get("sysctls")).toMatchObject({
      maybe: true,
      at: { line: 7, column: 9 },
    });
    const last = nodeAt(outer.documents[0]?.root, ["machine", "patches", 1]);
    expect(last?.kind === "scalar" && last.block?.text).toBe("a");
  });
});
