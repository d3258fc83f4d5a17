import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, fromText, zeros } from "../../src/formats/bytes.ts";
import { cpioArchive } from "../../src/formats/cpio.ts";
import { writeFileWhole } from "../../src/formats/files.ts";
import { formationFacts } from "../../src/inspect/formation-facts.ts";
import type { Inspection } from "../../src/inspect/inspection.ts";
import { type NoticeId, noticeIds } from "../../src/inspect/notice.ts";
import { emptyContract } from "../../src/talos/contract.ts";
import type { Formation } from "../../src/formation/model.ts";
import { runInside } from "../helpers/cli.ts";
import { makeTestImage, type TestImage, testUki } from "../helpers/test-image.ts";

const folder = mkdtempSync(join(tmpdir(), "check-image-"));
const config = `version: v1alpha1
machine:
  type: worker
  network: {hostname: n1}
  kernel: {modules: [{name: zfs}]}
  kubelet: {nodeIP: {validSubnets: [192.168.1.0/24]}}
`;

beforeAll(async () => {
  await writeFileWhole(join(folder, "uki.efi"), (await testUki(await makeTestImage(folder))).stream());
  writeFileSync(join(folder, "worker.yaml"), config);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("check --image", () => {
  it("takes extensions and contracts from the image's own bytes, and says so", async () => {
    const { status, out } = await runInside(["check", "worker.yaml", "--image", "uki.efi", "--json"], folder);
    expect(status).toBe(1);
    const { diagnostics, predictions } = JSON.parse(out) as Formation;
    const found = diagnostics.map(({ rule, node }) => [rule, node]);
    expect(found).toContainEqual(["service-config-missing", "n1"]);
    expect(predictions[0]?.bootCompletes.answer).toBe("no");
    expect(predictions[0]?.basis).toMatch(
      /^extensions drbd, zfs, tailscale: the image uki\.efi; contracts from the image/,
    );
  });

  it.each<[string, (image: TestImage) => Promise<ByteSource>, string]>([
    [
      "an image without an initramfs cannot start",
      (image) => testUki(image, (sections) => sections.filter(({ name }) => name !== ".initrd")),
      "no",
    ],
    [
      "an initramfs without a root file system cannot start",
      (image) => testUki({ ...image, stock: zeros(0) }),
      "no",
    ],
    [
      "a kernel alone does not tell which extensions there are",
      ({ kernel }) => Promise.resolve(kernel),
      "unknown",
    ],
    [
      "an image whose firmware Linux drops is sound as far as can be told, and no further",
      (image) => {
        const lost = cpioArchive([{ path: "usr/lib/x", mode: 0o100644, data: fromText("x") }], {
          padTo: 512,
        });
        return testUki({ ...image, segments: { microcode: lost } });
      },
      "unknown",
    ],
  ])("%s", async (_, make, answer) => {
    await writeFileWhole(join(folder, "odd.efi"), (await make(await makeTestImage(folder))).stream());
    const { out } = await runInside(["check", "worker.yaml", "--image", "odd.efi", "--json"], folder);
    const { predictions, diagnostics } = JSON.parse(out) as Formation;
    expect(predictions[0]).toMatchObject({
      bootCompletes: { answer },
      kubernetesReady: { answer: answer === "no" ? "no" : "yes" },
    });
    expect(diagnostics.map(({ rule }) => rule)).toContain(
      answer === "unknown" && diagnostics.some(({ rule }) => rule === "extensions-unknown")
        ? "extensions-unknown"
        : "image-unbootable",
    );
  });

  it("is for machine configs: a roles file has its own lists", async () => {
    writeFileSync(join(folder, "roles.yaml"), "roles: {a: {}}\n");
    expect(await runInside(["check", "--image", "uki.efi", "--json"], folder)).toMatchObject({ status: 2 });
  });
});

describe("formationFacts", () => {
  const inspection: Inspection = {
    kind: "installer",
    talosVersion: "1.13.6",
    arch: "arm64",
    kernelRelease: "6.18.0-talos",
    cmdline: null,
    extensions: [{ name: "drbd", version: "9.3.3-v1.13.6" }],
    contract: emptyContract(),
    notices: [],
  };

  it("has version, architecture and kernel", () => {
    expect(formationFacts(inspection, "x")).toMatchObject({
      talos: "v1.13.6",
      arch: "arm64",
      kernelRelease: "6.18.0-talos",
      faults: [],
    });
  });

  it("finds an image that does not fit twice into the boot partition", () => {
    const kernel = { bytes: 1100 * 2 ** 20, sha256: "", format: "PE", arch: "arm64", release: null } as const;
    expect(formationFacts({ ...inspection, kernel }, "x").faults).toMatchObject([{ sort: "image-size" }]);
    expect(formationFacts({ ...inspection, kernel: { ...kernel, bytes: 2 ** 28 } }, "x").faults).toEqual([]);
  });

  it("loses nothing that means that the image will not do what it says", () => {
    const facts = (id: NoticeId, severity: "error" | "info" = "error") =>
      formationFacts({ ...inspection, notices: [{ id, severity, text: "so" }] }, "x").faults;
    for (const id of noticeIds)
      expect({ id, faults: facts(id) }).toEqual({
        id,
        faults: [expect.objectContaining({ detail: expect.stringContaining("so") as string })],
      });
    expect(facts("stand-in", "info")).toEqual([]);
  });

  it("does not take an installer's base, which has no boot files, for an image without extensions", () => {
    const base = { ...inspection, extensions: [] };
    expect(formationFacts(base, "x").extensions).toBeUndefined();
  });

  it("takes over what the inspection found, but asks no signature of a stand-in", () => {
    const faults = [
      { sort: "module-signature", extension: "drbd", detail: "drbd.ko is not signed" },
      { sort: "cri-part", extension: "spin", detail: "10-spin.part is no TOML" },
    ] as const;
    const notices = [{ id: "stand-in", severity: "info", text: "" }] as const;
    const sorts = (one: Inspection) => formationFacts(one, "x").faults.map(({ sort }) => sort);
    expect(sorts({ ...inspection, faults: [...faults] })).toEqual(["module-signature", "cri-part"]);
    expect(sorts({ ...inspection, faults: [...faults], notices: [...notices] })).toEqual(["cri-part"]);
  });
});
