import type { PinnedImage } from "../../catalog/lock-model.ts";
import { contentKey } from "../../formats/canonical.ts";
import type { Arch } from "../../talos/arch.ts";
import { packageVersion } from "../../version.ts";
import type { SpdxDocument, SpdxElement, SpdxRelationship } from "./document.ts";
import { renamed, type SpdxPart } from "./rename.ts";

export interface SpdxInput {
  /** Name and version of what the image brings. */
  name: string;
  version: string;
  /** Undefined for what no registry has: an embedded machine config. */
  image: PinnedImage | undefined;
  /** Its own SPDX documents. */
  documents: readonly SpdxDocument[];
}

export interface RoleSpdx {
  role: string;
  arch: Arch;
  /** Talos version. */
  version: string;
  base: PinnedImage;
  bootFiles: PinnedImage;
  extensions: readonly SpdxInput[];
}

const ROLE = "SPDXRef-Role";
/** No clock reaches an output. */
const CREATED = "1970-01-01T00:00:00Z";

/** One SPDX 2.3 document about a role's images: every input by its digest, and what the extensions' own documents say. Always the same bytes. */
export function roleSpdx(request: RoleSpdx): string {
  const { role, arch, version, extensions } = request;
  const inputs = [
    ...imageInputs(request).map(({ label, image }) => ({
      id: idOf(label),
      element: imagePackage(idOf(label), image),
      part: [],
    })),
    ...extensions.map((extension, index) => extensionInput(extension, index)),
  ];
  const parts = inputs.flatMap(({ part }) => part);
  const name = `talos-${role}-${arch}-${version}`;
  const content = {
    packages: [
      rolePackage(name, version),
      ...inputs.map(({ element }) => element),
      ...parts.flatMap(({ packages }) => packages),
    ],
    files: parts.flatMap(({ files }) => files),
    relationships: [
      relation("SPDXRef-DOCUMENT", "DESCRIBES", ROLE),
      ...inputs.map(({ id }) => relation(ROLE, "CONTAINS", id)),
      ...inputs.flatMap(({ id, part }) =>
        part.flatMap(({ described }) => described.map((one) => relation(id, "CONTAINS", one))),
      ),
      ...parts.flatMap(({ relationships }) => relationships),
    ],
    hasExtractedLicensingInfos: parts.flatMap(({ hasExtractedLicensingInfos }) => hasExtractedLicensingInfos),
  };
  return `${JSON.stringify({ ...head(name, contentKey(content)), ...content }, null, 2)}\n`;
}

const head = (name: string, key: string) => ({
  spdxVersion: "SPDX-2.3",
  dataLicense: "CC0-1.0",
  SPDXID: "SPDXRef-DOCUMENT",
  name,
  documentNamespace: `https://spdx.org/spdxdocs/${name}-${key}`,
  creationInfo: { created: CREATED, creators: [`Tool: talos-roles-${packageVersion()}`] },
});

/** The boot files come from the base itself where there is no other image for them. */
const imageInputs = ({ base, bootFiles }: RoleSpdx): { label: string; image: PinnedImage }[] => [
  { label: "Base", image: base },
  ...(bootFiles.manifest === base.manifest ? [] : [{ label: "BootFiles", image: bootFiles }]),
];

function extensionInput({ name, version, image, documents }: SpdxInput, index: number) {
  const id = idOf(`Extension-${index}-${name}`);
  const own: SpdxElement = { ...plainPackage(id, { name, version }), ...(image ? origin(image) : {}) };
  // Two documents of one extension may use the same names.
  const part: SpdxPart[] = documents.map((document, at) => renamed(document, `${safe(name)}-${index}-${at}`));
  return { id, element: own, part };
}

const rolePackage = (name: string, version: string): SpdxElement => ({
  ...plainPackage(ROLE, { name, version }),
  primaryPackagePurpose: "OPERATING-SYSTEM",
});

const imagePackage = (id: string, image: PinnedImage): SpdxElement => ({
  ...plainPackage(id, {
    name: image.repository.split("/").at(-1) ?? image.repository,
    version: image.tag || image.digest,
  }),
  ...origin(image),
});

const plainPackage = (id: string, { name, version }: { name: string; version: string }): SpdxElement => ({
  SPDXID: id,
  name,
  versionInfo: version,
  downloadLocation: "NOASSERTION",
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: "NOASSERTION",
  copyrightText: "NOASSERTION",
});

/** Where an image comes from: its digest is the identity. Format of the locator: package-url, type `oci`. */
function origin({ repository, tag, manifest }: PinnedImage): object {
  const name = repository.split("/").at(-1) ?? repository;
  const query = [
    `repository_url=${encodeURIComponent(repository)}`,
    ...(tag === "" ? [] : [`tag=${encodeURIComponent(tag)}`]),
  ];
  return {
    downloadLocation: "NOASSERTION",
    checksums: [{ algorithm: "SHA256", checksumValue: manifest.replace("sha256:", "") }],
    externalRefs: [
      {
        referenceCategory: "PACKAGE-MANAGER",
        referenceType: "purl",
        referenceLocator: `pkg:oci/${name.toLowerCase()}@${encodeURIComponent(manifest)}?${query.join("&")}`,
      },
    ],
    primaryPackagePurpose: "CONTAINER",
  };
}

const relation = (from: string, type: string, to: string): SpdxRelationship => ({
  spdxElementId: from,
  relationshipType: type,
  relatedSpdxElement: to,
});

const safe = (text: string): string => text.replaceAll(/[^A-Za-z0-9.-]/g, "-");
const idOf = (label: string): string => `SPDXRef-${safe(label)}`;
