import { describe, expect, it } from "vitest";
import { zfs } from "./fixtures/zfs.ts";
import { renamed } from "./rename.ts";

describe("renamed", () => {
  it("leaves texts and what points elsewhere alone", () => {
    const part = renamed(zfs, "p");
    expect(part.described).toEqual(["SPDXRef-p-Package"]);
    expect(part.packages[0]).toMatchObject({
      licenseDeclared: "CDDL-1.0 AND LicenseRef-p-own",
      copyrightText: "see SPDXRef-Package",
    });
    expect(part.hasExtractedLicensingInfos).toEqual([
      { licenseId: "LicenseRef-p-own", extractedText: "as LicenseRef-own says" },
    ]);
    expect(JSON.stringify(part)).not.toContain("DocumentRef");
  });

  it("takes for described what a document says it is about, in either direction", () => {
    const about = (...relationships: [string, string, string][]): string[] =>
      renamed(
        {
          ...zfs,
          relationships: relationships.map(([spdxElementId, relationshipType, relatedSpdxElement]) => ({
            spdxElementId,
            relationshipType,
            relatedSpdxElement,
          })),
        },
        "p",
      ).described;
    const whole = "SPDXRef-DOCUMENT";
    const file = "SPDXRef-File-1";
    const all = ["SPDXRef-p-Package", "SPDXRef-p-File-1"];
    expect(about([whole, "DESCRIBES", file])).toEqual(["SPDXRef-p-File-1"]);
    expect(about([file, "DESCRIBED_BY", whole])).toEqual(["SPDXRef-p-File-1"]);
    expect(about([whole, "CONTAINS", file])).toEqual(all);
    expect(about([file, "DESCRIBES", "SPDXRef-Package"])).toEqual(all);
    expect(about([file, "CONTAINS", whole])).toEqual(all);
    expect(about([whole, "DESCRIBED_BY", file])).toEqual(all);
    expect(about([file, "DESCRIBED_BY", "SPDXRef-Package"])).toEqual(all);
  });

  it("leaves values that are no text as they are", () => {
    const packages = zfs.packages.map((one) => ({ ...one, filesAnalyzed: false, size: 7, supplier: null }));
    expect(renamed({ ...zfs, packages }, "p").packages[0]).toMatchObject({
      filesAnalyzed: false,
      size: 7,
      supplier: null,
    });
  });

  it("takes everything for described where a document does not say what it describes", () => {
    expect(renamed({ ...zfs, relationships: [] }, "p").described).toEqual([
      "SPDXRef-p-Package",
      "SPDXRef-p-File-1",
    ]);
    expect(
      renamed({ ...zfs, relationships: [], documentDescribes: ["SPDXRef-Package"] }, "p").described,
    ).toHaveLength(1);
  });
});
