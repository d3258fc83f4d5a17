import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutFiles } from "./fixtures/layout-files.ts";
import { makeRepository } from "./fixtures/repository.ts";
import { git } from "./git.ts";
import { patchCozystack } from "./patch.ts";

const makefile = "packages/core/talos/Makefile";
const script = "packages/core/talos/hack/gen-profiles.sh";
const dockerfile = "packages/core/talos/images/matchbox/Dockerfile";

let folder: string;
let good: string;
let goodPatch: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozystack-bad-"));
  good = await repository("good");
  goodPatch = (await patchCozystack(good)).patch;
});
afterAll(() => rm(folder, { recursive: true }));

type Change = (text: string) => string;

/** A repository of the newest layout with some files changed. */
async function repository(name: string, changes: Record<string, Change> = {}): Promise<string> {
  const files = layoutFiles("F");
  for (const [path, change] of Object.entries(changes)) files[path] = change(files[path] ?? "");
  const path = join(folder, name);
  await makeRepository(path, files);
  return path;
}

const refused = async (checkout: string, code: string, message: RegExp): Promise<void> => {
  await expect(patchCozystack(checkout)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
};

describe("what is no checkout", () => {
  it("a folder that is not there, one without git, and one without CozyStack", async () => {
    await refused(join(folder, "nowhere"), "NOT_A_CHECKOUT", /there is no such folder/);
    const plain = await mkdtemp(join(tmpdir(), "cozystack-plain-"));
    await refused(plain, "NOT_A_CHECKOUT", /it is no git repository/);
    await rm(plain, { recursive: true });
    const other = join(folder, "other");
    await makeRepository(other, { "README.md": "something else\n" });
    await refused(other, "LAYOUT_UNKNOWN", /has no hack\/gen-profiles\.sh in packages\/core\/talos/);
  });

  it("a ref that is not there, and a repository without a commit", async () => {
    await expect(patchCozystack(good, { ref: "v99" })).rejects.toMatchObject({
      code: "NOT_A_CHECKOUT",
      message: expect.stringContaining("no commit v99") as string,
    });
    const empty = join(folder, "empty");
    await git(["init", "--quiet", empty]);
    await refused(empty, "NOT_A_CHECKOUT", /no commit HEAD/);
  });
});

describe("a dirty tree", () => {
  it("is refused with the files where the patch would not fit, and taken where it would", async () => {
    const dirty = await repository("dirty");
    await writeFile(join(dirty, "README.md"), "changed\n");
    await writeFile(join(dirty, "packages/core/talos/untracked"), "new\n");
    expect((await patchCozystack(dirty)).patch).toBe(goodPatch);
    await writeFile(join(dirty, makefile), "changed\n");
    await refused(dirty, "CHECKOUT_DIRTY", /packages\/core\/talos\/Makefile/);
    expect((await patchCozystack(dirty, { ref: "HEAD" })).patch).toBe(goodPatch);
  });
});

describe("a fork", () => {
  it("with a profile of its own is patched", async () => {
    const fork = await repository("profile", {
      [script]: (text) =>
        text
          .replace('nocloud metal"', 'nocloud metal openstack"')
          .replace("metal|nocloud)", "metal|nocloud|openstack)"),
      [makefile]: (text) =>
        `${text}\ntalos-openstack:\n\ttest -f ../../../_out/assets/openstack-amd64.raw.xz\n`,
    });
    const { proofs, patch } = await patchCozystack(fork);
    expect(proofs.every(({ holds }) => holds)).toBe(true);
    expect(patch).toContain("openstack-$(ARCH).raw.xz");
  });

  it("with another line in the template is patched, and keeps it", async () => {
    const fork = await repository("template", {
      [script]: (text) => text.replace("\ninput:\n", "\ncustomization:\n  extraKernelArgs: [x]\ninput:\n"),
    });
    expect((await patchCozystack(fork)).proofs.every(({ holds }) => holds)).toBe(true);
  });

  const odd: [name: string, path: string, change: Change, message: RegExp][] = [
    [
      "an image of its own",
      script,
      (text) => text.replace("    - imageRef: ${ZFS_IMAGE}", "    - imageRef: ghcr.io/acme/zfs:1"),
      /gen-profiles\.sh:\d+: not an image that the script looks up: `- imageRef: ghcr\.io\/acme/,
    ],
    [
      "an image of no list",
      script,
      (text) => text.replace("${ZFS_IMAGE}", "${ACME_IMAGE}"),
      /in neither list/,
    ],
    [
      "an extension before a firmware",
      script,
      (text) =>
        text.replace(
          "    - imageRef: ${AMD_UCODE_IMAGE}\n",
          "    - imageRef: ${ZFS_IMAGE}\n    - imageRef: ${AMD_UCODE_IMAGE}\n",
        ),
      /a firmware after an extension/,
    ],
    [
      "ARCH of its own in the script",
      script,
      (text) => text.replace("set -eu", "set -eu\nARCH=$(uname -m)"),
      /:\d+: it uses ARCH already: `ARCH=\$\(uname -m\)`/,
    ],
    [
      "another amd64 in the template",
      script,
      (text) => text.replace("secureboot: false", "secureboot: false\noverlay: rpi-amd64"),
      /an amd64 that is not understood: `overlay: rpi-amd64`/,
    ],
    [
      "no template",
      script,
      (text) => text.replace("<<EOT", "<<'EOT'"),
      /it has no template that is written to a profile/,
    ],
    [
      "no list in the template",
      script,
      (text) => text.replace("systemExtensions:", "extensions:"),
      /no systemExtensions in the template/,
    ],
    [
      "two lists",
      script,
      (text) => text.replace("mkdir -p", 'EXTENSIONS="drbd"\nmkdir -p'),
      /a second line EXTENSIONS/,
    ],
    [
      "a loop of another kind",
      script,
      (text) => text.replace('export "$firmware_var=$image"', 'eval "$firmware_var=$image"'),
      /no export of \$firmware_var in the loop/,
    ],
    [
      "an image used elsewhere",
      script,
      (text) => text.replace("for profile in", 'echo "$DRBD_IMAGE"\nfor profile in'),
      /it uses an image that is no longer exported: `echo/,
    ],
    [
      "ARCH of its own in the Makefile",
      makefile,
      (text) => text.replace("update:", "ARCH ?= $(shell uname -m)\nupdate:"),
      /Makefile:\d+: it uses ARCH already/,
    ],
    [
      "an asset that is nowhere",
      makefile,
      (text) => text.replace("\nupdate:", "\nX = other-amd64\nupdate:"),
      /an amd64 that is not understood: `X = other-amd64`/,
    ],
    [
      "another name for the images",
      makefile,
      (text) => text.replaceAll("$(REGISTRY)/talos:", "$(MIRROR)/talos:"),
      /an image name that is not understood|its recipe is not understood/,
    ],
    [
      "no target for matchbox",
      makefile,
      (text) => text.replaceAll("image-matchbox", "image-netboot"),
      /it has no target image-matchbox/,
    ],
    [
      "another update",
      makefile,
      (text) => text.replace("\thack/gen-profiles.sh", "\tcd hack && ./gen-profiles.sh"),
      /its recipe is not understood: `update:`/,
    ],
    [
      "other variables",
      makefile,
      (text) => text.replace("hack/common-envs.mk", "hack/envs.mk"),
      /it should include hack\/common-envs\.mk/,
    ],
    [
      "no tag of its own",
      makefile,
      (text) => text.replaceAll("$(IMAGE_TAG)", "$(X)").replaceAll("$(OCI_EXPORT_DIR)", "$(Y)"),
      /by neither settag nor IMAGE_TAG/,
    ],
    ["two stages", dockerfile, (text) => `FROM alpine\n${text}`, /a second FROM line/],
    [
      "another copy",
      dockerfile,
      (text) => text.replace("COPY _out/assets/kernel-amd64", "COPY out/kernel-amd64"),
      /an amd64 that is not understood: `COPY out/,
    ],
    [
      "CR LF in the script",
      script,
      (text) => text.replaceAll("\n", "\r\n"),
      /gen-profiles\.sh:1: the line ends with CR LF/,
    ],
    [
      "CR LF in one line of the Makefile",
      makefile,
      (text) => text.replace("update:\n", "update:\r\n"),
      /Makefile:\d+: the line ends with CR LF/,
    ],
  ];
  it.each(odd)("with %s is refused, and the line is named", async (name, path, change, message) => {
    await refused(await repository(`odd ${name}`, { [path]: change }), "LAYOUT_UNKNOWN", message);
  });
});
