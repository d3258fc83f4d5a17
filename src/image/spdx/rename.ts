import type { SpdxDocument } from "./document.ts";

/** Everything of a document that goes into another, under names that no other document has. */
export type SpdxPart = Pick<
  SpdxDocument,
  "packages" | "files" | "relationships" | "hasExtractedLicensingInfos"
> & {
  /** What the document is about. */
  described: string[];
};

const DOCUMENT = "SPDXRef-DOCUMENT";
const ID = /\b(SPDXRef|LicenseRef)-[A-Za-z0-9.-]+/g;
const EXTERNAL = /^DocumentRef-/;

/** Gives every element and licence of a document a name that begins with `prefix`. What points into other documents is left out. */
export function renamed(document: SpdxDocument, prefix: string): SpdxPart {
  const { packages, files, relationships, hasExtractedLicensingInfos } = document;
  const inside = relationships.filter(
    ({ spdxElementId, relatedSpdxElement }) =>
      !EXTERNAL.test(spdxElementId) && !EXTERNAL.test(relatedSpdxElement),
  );
  const own = inside.filter(
    ({ spdxElementId, relatedSpdxElement }) => ![spdxElementId, relatedSpdxElement].includes(DOCUMENT),
  );
  return {
    packages: withNames(packages, prefix),
    files: withNames(files, prefix),
    relationships: withNames(own, prefix),
    hasExtractedLicensingInfos: withNames(hasExtractedLicensingInfos, prefix),
    described: withNames(describedBy(document), prefix),
  };
}

function describedBy({ documentDescribes = [], relationships, packages }: SpdxDocument): string[] {
  const named = relationships.flatMap(({ spdxElementId, relationshipType, relatedSpdxElement }) => {
    if (spdxElementId === DOCUMENT && relationshipType === "DESCRIBES") return [relatedSpdxElement];
    return relatedSpdxElement === DOCUMENT && relationshipType === "DESCRIBED_BY" ? [spdxElementId] : [];
  });
  const found = [...new Set([...documentDescribes, ...named])];
  return found.length > 0 ? found : packages.map(({ SPDXID }) => SPDXID);
}

/** Names occur in ids, in relationships and in licence expressions: `MIT AND LicenseRef-x`. Texts of licences are not touched. */
const untouched = new Set(["extractedText", "comment", "copyrightText", "description", "summary", "name"]);

function withNames<T>(value: T, prefix: string): T {
  if (typeof value === "string") return value.replaceAll(ID, (id) => rename(id, prefix)) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withNames(item, prefix)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      untouched.has(key) ? (member as unknown) : withNames(member as unknown, prefix),
    ]),
  ) as T;
}

const rename = (id: string, prefix: string): string => {
  const dash = id.indexOf("-") + 1;
  return `${id.slice(0, dash)}${prefix}-${id.slice(dash)}`;
};
