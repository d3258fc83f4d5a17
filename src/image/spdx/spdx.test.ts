import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fromText } from "../../formats/bytes.ts";
import { makeSquashfs } from "../../formats/squashfs.ts";
import { tarArchive } from "../../formats/tar.ts";
import { type SpdxDocument, spdxSchema } from "./document.ts";
import { zfs } from "./fixtures/zfs.ts";
import { readSpdx } from "./read.ts";
import { type RoleSpdx, roleSpdx } from "./role.ts";

const folder = mkdtempSync(join(tmpdir(), "spdx-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pin = (repository: string, tag: string, fill: string) => ({
  repository,
  tag,
  digest: `sha256:${"0".repeat(64)}`,
  manifest: `sha256:${fill.repeat(64)}`,
  bytes: 1,
});

const request: RoleSpdx = {
  role: "compute",
  arch: "arm64",
  version: "v1.13.6",
  base: pin("ghcr.io/siderolabs/installer-base", "v1.13.6", "a"),
  bootFiles: pin("ghcr.io/siderolabs/imager", "v1.13.6", "b"),
  extensions: [
    {
      name: "zfs",
      version: "2.3.4",
      image: pin("ghcr.io/siderolabs/zfs", "2.3.4-v1.13.6", "c"),
      documents: [zfs],
    },
    { name: "zfs", version: "other", image: pin("ghcr.io/me/zfs", "1", "d"), documents: [zfs, zfs] },
    { name: "embedded-config", version: "x", image: undefined, documents: [] },
  ],
};

interface Written extends SpdxDocument {
  dataLicense: string;
  creationInfo: { created: string; creators: string[] };
}
const written = (from: RoleSpdx = request): Written => JSON.parse(roleSpdx(from)) as Written;

/** What the specification demands of any document: each name once, each pointer to something, names of allowed letters. */
function expectSound({
  packages,
  files,
  relationships,
  hasExtractedLicensingInfos,
  documentNamespace,
}: Written): void {
  const ids = [...packages, ...files].map(({ SPDXID }) => SPDXID);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  const known = new Set([...ids, "SPDXRef-DOCUMENT"]);
  const ends = relationships.flatMap(({ spdxElementId, relatedSpdxElement }) => [
    spdxElementId,
    relatedSpdxElement,
  ]);
  expect(ends.filter((end) => !known.has(end))).toEqual([]);
  const licences = new Set(hasExtractedLicensingInfos.map(({ licenseId }) => licenseId));
  const used =
    JSON.stringify(packages.map((one) => one["licenseDeclared"])).match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [];
  expect(used.filter((id) => !licences.has(id))).toEqual([]);
  expect(documentNamespace).toMatch(/^https:\/\/[^#\s]+$/);
}

describe("the SPDX document of a role", () => {
  it("is sound, and the same for the same inputs", () => {
    expectSound(written());
    expect(roleSpdx(request)).toBe(roleSpdx(structuredClone(request)));
    expect(written().creationInfo.created).toBe("1970-01-01T00:00:00Z");
  });

  it("is this, byte for byte but for the program's own version", async () => {
    const own = pin("registry.test/Acme/Tool", "", "e");
    const extensions = [...request.extensions, { name: "a_b", version: "1", image: own, documents: [] }];
    const text = roleSpdx({ ...request, extensions }).replaceAll(
      /talos-roles-\d+\.\d+\.\d+[^"]*/g,
      "talos-roles-VERSION",
    );
    await expect(text).toMatchFileSnapshot("fixtures/role.spdx.json");
  });

  it("names every input by its digest", () => {
    const sums = written().packages.flatMap(
      (one) => (one["checksums"] as { checksumValue: string }[] | undefined) ?? [],
    );
    expect(sums.map(({ checksumValue }) => checksumValue[0])).toEqual(["a", "b", "c", "d"]);
    expect(JSON.stringify(written())).toContain(
      `pkg:oci/zfs@sha256%3A${"c".repeat(64)}?repository_url=ghcr.io%2Fsiderolabs%2Fzfs&tag=2.3.4-v1.13.6`,
    );
  });

  it("has what the extensions' own documents say, below the extension", () => {
    const { relationships, packages } = written();
    expect(packages.map(({ SPDXID }) => SPDXID)).toContain("SPDXRef-zfs-0-0-Package");
    expect(relationships).toContainEqual({
      spdxElementId: "SPDXRef-Extension-0-zfs",
      relationshipType: "CONTAINS",
      relatedSpdxElement: "SPDXRef-zfs-0-0-Package",
    });
    expect(relationships).toContainEqual({
      spdxElementId: "SPDXRef-zfs-1-1-Package",
      relationshipType: "CONTAINS",
      relatedSpdxElement: "SPDXRef-zfs-1-1-File-1",
    });
  });

  it("has another name when anything in it is another", () => {
    const [first, ...rest] = request.extensions;
    const other = written({ ...request, extensions: [{ ...first!, version: "2.3.5" }, ...rest] });
    expect(other.documentNamespace).not.toBe(written().documentNamespace);
  });

  it("does not name the base twice where it holds the boot files itself", () => {
    const { packages } = written({ ...request, bootFiles: request.base, extensions: [] });
    expect(packages.map(({ name }) => name)).toEqual(["talos-compute-arm64-v1.13.6", "installer-base"]);
  });

  it("stays sound whatever the names in the documents are", () => {
    const id = fc.stringMatching(/^SPDXRef-[A-Za-z0-9.-]{1,8}$/).filter((one) => one !== "SPDXRef-DOCUMENT");
    const document = fc.uniqueArray(id, { minLength: 1, maxLength: 5 }).map((ids) =>
      spdxSchema.parse({
        spdxVersion: "SPDX-2.3",
        SPDXID: "SPDXRef-DOCUMENT",
        name: "x",
        documentNamespace: "https://example.com",
        packages: ids.map((one) => ({ SPDXID: one, name: one })),
        relationships: ids.map((one) => ({
          spdxElementId: ids[0],
          relationshipType: "CONTAINS",
          relatedSpdxElement: one,
        })),
      }),
    );
    fc.assert(
      fc.property(fc.array(document, { maxLength: 3 }), (documents) => {
        const [first] = request.extensions;
        expectSound(
          written({
            ...request,
            extensions: [
              { ...first!, documents },
              { ...first!, documents },
            ],
          }),
        );
      }),
    );
  });
});

describe("readSpdx", () => {
  it("finds the documents in a layer, and names those that cannot be read", async () => {
    const layer = join(folder, "zfs.sqsh");
    const file = (path: string, text: string) => ({ path, data: fromText(text) });
    const tar = await tarArchive([
      { path: "usr", type: "directory" },
      { path: "usr/local", type: "directory" },
      { path: "usr/local/share", type: "directory" },
      { path: "usr/local/share/spdx", type: "directory" },
      file("usr/local/share/spdx/broken.json", "{"),
      file("usr/local/share/spdx/readme.txt", "text"),
      file("usr/local/share/spdx/zfs.spdx.json", JSON.stringify(zfs)),
      file("usr/local/zpool", "program"),
    ]);
    await makeSquashfs({ tar: tar.stream(), output: layer, compression: "zstd" });
    expect(await readSpdx(layer)).toEqual({
      documents: [zfs],
      unreadable: ["usr/local/share/spdx/broken.json"],
    });
  });
});
