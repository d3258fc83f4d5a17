import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeAt } from "../../talos/config/tree.ts";
import { insidePath } from "./files.ts";
import { loads, modules, only, read } from "./fixtures/read.ts";
import { folderRepositories } from "./folder-repositories.ts";
import { diskFolder } from "./folder.ts";

describe("a folder with several things", () => {
  it("keeps clusters apart, and plain configs beside them", async () => {
    const talconfig = (name: string) =>
      `clusterName: ${name}\nendpoint: x\nnodes: [{hostname: ${name}, ipAddress: 10.0.0.1, patches: ["@p.yaml"]}]\n`;
    const found = await read({
      "east/talconfig.yaml": talconfig("east"),
      "east/p.yaml": loads("east"),
      "west/talconfig.yaml": talconfig("west"),
      "west/p.yaml": loads("west"),
      "lone.yaml": "machine: {type: worker}\n",
      "apps/values.yaml": "{{ broken\n",
    });
    expect(
      found.map(({ layout, nodes }) => [layout, ...nodes.map((node) => [node.name, ...modules(node)])]),
    ).toEqual([
      ["talhelper", ["east", "east"]],
      ["talhelper", ["west", "west"]],
      ["plain", ["lone"]],
    ]);
    expect(found.flatMap(({ notes }) => notes)).toEqual([]);
  });

  it("no path leads out of it", () => {
    expect(insidePath("a/b", "../c.yaml")).toBe("a/c.yaml");
    expect(insidePath("a", "../../etc/passwd")).toBeUndefined();
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("..", ".", "a", "b", "")),
        (parts) => !(insidePath(...parts) ?? "").split("/").includes(".."),
      ),
    );
  });
});

describe("files that are torn", () => {
  const whole: Record<string, string> = {
    "talconfig.yaml":
      'clusterName: c\ntalosVersion: ${v}\npatches:\n  - "@p.yaml"\n  - |-\n    machine: {sysctls: {a: "1"}}\nnodes:\n  - hostname: n1\n    ipAddress: 10.0.0.1\n    schematic: {customization: {systemExtensions: {officialExtensions: [siderolabs/zfs]}}}\n    extensionServices: &x\n      - {name: tailscale, environment: ["TS_AUTHKEY=secret"]}\n  - {hostname: n2, ipAddress: 10.0.0.2, extensionServices: *x}\n',
    "p.yaml": "- op: add\n  path: /machine/kernel\n  value: {modules: [{name: zfs}]}\n",
    "topf.yaml":
      'clusterName: d\nclusterEndpoint: x\nschematicId: "@s.yaml"\nnodes:\n  - {host: h, ip: 10.0.0.3, role: worker}\n',
    "s.yaml": "customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/zfs\n",
    "all/a.yaml.tpl":
      "{{ if x }}\nmachine: {type: worker}\n{{ end }}\n---\napiVersion: v1alpha1\nkind: KernelModuleConfig\nname: zfs\n",
    "omni.yaml":
      "kind: Cluster\nname: c\ntalos: {version: v1.12.0}\n---\nkind: Workers\nmachines: [a]\npatches:\n  - {file: p.yaml}\n  - inline: {machine: {type: worker}}\n",
    "nodes/n.yaml":
      '# talm: nodes=["10.0.0.1"], templates=["templates/worker.yaml"]\nmachine:\n  type: worker\n  nodeLabels: {a: {$patch: delete}}\n',
  };
  const tear = fc.record({
    file: fc.constantFrom(...Object.keys(whole)),
    at: fc.nat(400),
    length: fc.nat(60),
    text: fc.constantFrom(
      "",
      "\n",
      "- ",
      ": ",
      "{",
      "}",
      "[",
      "&x",
      "*x",
      "|",
      "null",
      "@",
      "..",
      "---\n",
      "{{",
      "ENC[",
      '"',
      "a: b\n",
    ),
  });

  it("never stop the reading", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tear, { minLength: 1, maxLength: 4 }), async (tears) => {
        const files = { ...whole };
        for (const { file, at, length, text } of tears) {
          const old = files[file] ?? "";
          files[file] = old.slice(0, at) + text + old.slice(at + length);
        }
        for (const { nodes } of await read(files)) {
          for (const { name, at } of nodes) expect([typeof name, at.line >= 1]).toEqual(["string", true]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it("a place inside a literal block is that of the file", async () => {
  const { nodes } = await only({
    "talconfig.yaml":
      "clusterName: c\nendpoint: x\nnodes:\n  - hostname: n1\n    ipAddress: 10.0.0.1\n    patches:\n      - |-\n        machine:\n          install: {image: a/b}\n",
  });
  expect(nodes[0]?.image.reference?.at).toEqual({ file: "talconfig.yaml", line: 9, column: 28 });
  expect(nodeAt(nodes[0]?.config.documents[0]?.root, ["machine", "install"])?.at.line).toBe(9);
});

describe("a folder on disk", () => {
  it("a folder inside it that cannot be listed is a note, not the end", async () => {
    const path = await mkdtemp(join(tmpdir(), "folder-"));
    await mkdir(join(path, "lost+found"));
    await writeFile(join(path, "n1.yaml"), "machine: {type: worker}\n");
    // Root may list every folder, so a refusal is made here.
    const list = (dir: string) =>
      dir.endsWith("lost+found")
        ? Promise.reject(new Error("EACCES"))
        : readdir(dir, { withFileTypes: true });
    const [found] = await folderRepositories(await diskFolder(path, { list }));
    expect(found?.nodes.map(({ name }) => name)).toEqual(["n1"]);
    expect(found?.notes.map(({ message, at }) => [message.includes("cannot be read"), at.file])).toEqual([
      [true, join(path, "lost+found")],
    ]);
    await expect(diskFolder(path, { list: () => Promise.reject(new Error("EACCES")) })).rejects.toMatchObject(
      { code: "FILE_NOT_FOUND" },
    );
    await rm(path, { recursive: true });
  });

  it("is read whole or not at all", async () => {
    const folder = await mkdtemp(join(tmpdir(), "folder-"));
    await mkdir(join(folder, "a", ".git"), { recursive: true });
    for (const name of ["one.yaml", "a/two.yml.j2", "a/three.json", "a/.git/four.yaml", "a/five.txt"])
      await writeFile(join(folder, name), "a: 1\n");
    expect((await diskFolder(folder)).files).toEqual(["a/three.json", "a/two.yml.j2", "one.yaml"]);
    await expect(diskFolder(folder, { limit: 2 })).rejects.toMatchObject({ code: "USAGE" });
    await rm(folder, { recursive: true });
    await expect(diskFolder(folder)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});
