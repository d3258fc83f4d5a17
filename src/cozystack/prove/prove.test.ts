import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCheckout } from "../checkout.ts";
import { type Edited, editSource } from "../edit.ts";
import { layoutFiles } from "../fixtures/layout-files.ts";
import { makeRepository } from "../fixtures/repository.ts";
import { type Source, readSource } from "../source.ts";
import { proveDockerfile } from "./dockerfile.ts";
import { type ProvenRole, proveProfiles } from "./profiles.ts";
import { faultsOfRole } from "./role-profiles.ts";
import { proveTargets } from "./targets.ts";

// Each prover is shown something that is wrong, and must say so.

let folder: string;
let source: Source;
let edited: Edited;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prove-"));
  const before = join(folder, "before");
  await makeRepository(before, layoutFiles("E"));
  source = await readSource(await openCheckout(before));
  edited = editSource(source);
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
/** A tree with the edited files, changed once more. */
async function after(
  change: Partial<Record<"script" | "makefile", (text: string) => string>>,
): Promise<string> {
  const path = join(folder, `after-${count++}`);
  await cp(join(folder, "before"), path, { recursive: true });
  for (const name of ["script", "makefile"] as const) {
    const text = edited.text[name];
    const changed = change[name]?.(text) ?? text;
    if (change[name]) expect(changed).not.toBe(text);
    await writeFile(join(path, source[name].path), changed);
  }
  return path;
}

const role: ProvenRole = {
  name: "compute",
  settings: { ARCH: "arm64", EXTENSIONS: "drbd zfs spin", FIRMWARES: "" },
};

async function failing(change: (text: string) => string): Promise<string[]> {
  const tree = await after({ script: change });
  const { proofs } = await proveProfiles({
    source,
    edited,
    before: join(folder, "before"),
    after: tree,
    scratch: join(folder, `scratch-${count}`),
    roles: [role],
  });
  return proofs.filter(({ holds }) => !holds).map(({ name }) => name);
}

describe("profiles", () => {
  it("a right script fails nothing", async () => {
    expect(await failing((text) => `${text}\n# nothing\n`)).toEqual([]);
  });

  it.each<[string, (text: string) => string, string[]]>([
    [
      "two firmwares in another order",
      (text) => text.replace("intel-ice-firmware i915", "i915 intel-ice-firmware"),
      ["profiles-sh", "profiles-bash"],
    ],
    [
      "empty taken for unset",
      (text) => text.replace("${FIRMWARES-", "${FIRMWARES:-"),
      ["empty-lists", "role-compute"],
    ],
    [
      "an amd64 left behind",
      (text) => text.replace("/usr/install/${ARCH}/vmlinuz", "/usr/install/amd64/vmlinuz"),
      ["role-compute"],
    ],
    [
      "a silent unknown name",
      (text) => text.replace(/ \|\| \{ echo "there is no extension[^}]*\}/, " || :"),
      ["unknown-extension"],
    ],
    ["any architecture", (text) => text.replace("amd64|arm64) ;;", "*) ;;"), ["unknown-arch"]],
    [
      "what only bash knows",
      (text) => text.replace('system_extensions=""', 'declare system_extensions=""'),
      ["profiles-sh"],
    ],
  ])("%s is found", async (_, change, names) => {
    expect(await failing(change)).toEqual(expect.arrayContaining(names));
  });
});

describe("make's targets", () => {
  const environment = { PATH: process.env["PATH"] ?? "" };
  const failing = async (change: (text: string) => string): Promise<Record<string, string[]>> => {
    const tree = await after({ makefile: change });
    const proofs = await proveTargets({ source, before: join(folder, "before"), after: tree, environment });
    return Object.fromEntries(proofs.filter(({ holds }) => !holds).map(({ name, faults }) => [name, faults]));
  };

  it("another command, an amd64 and another role's image are found", async () => {
    expect(await failing((text) => `${text}\n# nothing\n`)).toEqual({});
    expect(
      await failing((text) => text.replace("docker buildx build", "docker  buildx build")),
    ).toMatchObject({
      targets: ["image", "image-matchbox"],
    });
    expect(await failing((text) => text.replace("kernel-$(ARCH)", "kernel-amd64"))).toMatchObject({
      "targets-role": expect.arrayContaining(["image-matchbox: it names amd64"]) as string[],
    });
    expect(await failing((text) => text.replace("/talos$(IMAGE_SUFFIX):", "/talos:"))).toMatchObject({
      "targets-role": ["image-talos: it names /talos: without the suffix"],
    });
  });
});

describe("one file alone", () => {
  it("a Dockerfile that changed by default, or keeps an amd64, is found", async () => {
    const { dockerfile } = edited.text;
    expect(proveDockerfile(source.dockerfile, dockerfile).holds).toBe(true);
    expect(proveDockerfile(source.dockerfile, `${dockerfile}RUN true\n`).faults).toEqual([
      "it is another file with amd64",
    ]);
    const half = dockerfile.replace("kernel-${ARCH}", "kernel-amd64");
    expect(proveDockerfile(source.dockerfile, half).faults).toEqual(["it names amd64 with arm64"]);
  });

  it("a profile with another order, one too many, or another version is found", () => {
    const text = `arch: arm64
version: v1.13.6
input:
  kernel: {path: /usr/install/arm64/vmlinuz}
  initramfs: {path: /usr/install/arm64/initramfs.xz}
  systemExtensions: [{imageRef: a}, {imageRef: b}]
`;
    const references = new Map([
      ["drbd", "a"],
      ["zfs", "b"],
    ]);
    const faults = (EXTENSIONS: string, talos = "v1.13.6"): string[] =>
      faultsOfRole(
        { profiles: new Map([["iso.yaml", text]]), failure: null },
        { settings: { ARCH: "arm64", EXTENSIONS }, talos, references },
      );
    expect(faults("drbd zfs")).toEqual([]);
    expect(faults("zfs drbd")).toHaveLength(1);
    expect(faults("drbd")).toHaveLength(1);
    expect(faults("drbd zfs", "v1.13.5")).toEqual(["iso.yaml: version is v1.13.6"]);
    const none = { ARCH: "arm64", EXTENSIONS: "" } as const;
    expect(
      faultsOfRole({ profiles: new Map(), failure: null }, { settings: none, talos: "", references }),
    ).toEqual(["the script wrote no profile"]);
  });
});

it("the fixture is what it was: provers write into their own folders", async () => {
  const script = join(folder, "before", source.script.path);
  expect(await readFile(script, "utf8")).toBe(source.script.text);
});
