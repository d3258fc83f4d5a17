import { describe, expect, it } from "vitest";
import type { ExtensionFile } from "./contract-from-files.ts";
import { readRootfsContract } from "./contract-from-files.ts";
import type { ExtensionFault } from "./extension-fault.ts";
import { watchFaults } from "./watch-faults.ts";

async function* filesOf(contents: Record<string, string | Buffer>): AsyncGenerator<ExtensionFile> {
  for (const [path, content] of Object.entries(contents)) {
    const bytes = Buffer.from(content);
    const body = (async function* () {
      await Promise.resolve();
      // Small pieces, so that nothing may count on one chunk.
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    })();
    yield { path, type: "file", mode: 0o755, size: bytes.length, body };
  }
}

const spec = (name: string, rest = "container: {entrypoint: /bin/run}\nrestart: always\n") =>
  `name: ${name}\n${rest}`;

function program(machine: number): Buffer {
  const bytes = Buffer.alloc(300);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

async function watch(contents: Record<string, string | Buffer>) {
  const faults: ExtensionFault[] = [];
  const watched = watchFaults(filesOf(contents), { arch: "arm64", extension: "x", faults });
  const contract = await readRootfsContract(watched, { arch: "arm64", where: "x", extension: "x" });
  return { faults, contract };
}

const at = "usr/local/etc/containers";
const sound = { [`${at}/a.yaml`]: spec("a"), "usr/local/lib/containers/a/bin/run": program(183) };

describe("watchFaults", () => {
  it("finds nothing in a sound extension, and passes everything on", async () => {
    const part = "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.spin]\nruntime_type = 'x'\n";
    const { faults, contract } = await watch({ ...sound, "etc/cri/conf.d/10-spin.part": part });
    expect(faults).toEqual([]);
    expect(contract.services.map(({ name }) => name)).toEqual(["a"]);
    expect(contract.criParts).toEqual(["10-spin.part"]);
  });

  it("leaves out what Talos skips, and says so", async () => {
    const { faults, contract } = await watch({
      ...sound,
      [`${at}/b.yaml`]: spec("b", "container: {entrypoint: /bin/run}\n"),
      [`${at}/c.yaml`]: spec("a"),
      [`${at}/d.yml`]: spec("d"),
    });
    expect(contract.services.map(({ name }) => name)).toEqual(["a"]);
    expect(faults.map(({ sort }) => sort)).toEqual(["service-spec", "service-spec", "service-spec"]);
    expect(faults.map(({ detail }) => detail).join("\n")).toMatch(/b\.yaml[^]*c\.yaml[^]*d\.yml/);
  });

  it("misses the folder that a service runs from", async () => {
    const { faults } = await watch({ [`${at}/a.yaml`]: spec("a") });
    expect(faults).toEqual([
      {
        sort: "service-rootfs",
        extension: "x",
        service: "a",
        detail: expect.stringContaining("/a") as string,
      },
    ]);
  });

  it("sees that a program is for another processor, whatever the order of the files", async () => {
    const { faults } = await watch({
      "usr/local/lib/containers/a/bin/run": program(62),
      "usr/local/lib/containers/a/bin/other": program(62),
      [`${at}/a.yaml`]: spec("a"),
    });
    expect(faults).toMatchObject([{ sort: "binary-arch", service: "a" }]);
  });

  it("sees a part of the runtime's config that is no TOML", async () => {
    const { faults } = await watch({ "etc/cri/conf.d/10-x.part": "[plugins\nx = " });
    expect(faults).toMatchObject([{ sort: "cri-part", detail: "10-x.part is no TOML" }]);
  });

  it.each([
    ["", 1],
    ["~Module signature appended~\n", 0],
  ])("looks for a module's signature at its end: %j", async (end, amount) => {
    const faults: ExtensionFault[] = [];
    const files = filesOf({
      "usr/lib/modules/6.18.0-talos/extras/m.ko": Buffer.concat([program(183), Buffer.from(end)]),
    });
    // Here nobody reads the body: it is looked at all the same.
    for await (const _ of watchFaults(files, { arch: "arm64", extension: "x", faults }));
    expect(faults).toHaveLength(amount);
  });
});
