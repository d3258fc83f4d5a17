import { z } from "zod";

/** What we read and write of SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/); keys that we do not know are kept. */
const relationship = z.looseObject({
  spdxElementId: z.string(),
  relationshipType: z.string(),
  relatedSpdxElement: z.string(),
});
const element = z.looseObject({ SPDXID: z.string(), name: z.string().optional() });
const extracted = z.looseObject({ licenseId: z.string() });

export const spdxSchema = z.looseObject({
  spdxVersion: z.string().startsWith("SPDX-2."),
  SPDXID: z.string(),
  name: z.string(),
  documentNamespace: z.string(),
  documentDescribes: z.array(z.string()).optional(),
  packages: z.array(element).default([]),
  files: z.array(element).default([]),
  snippets: z.array(z.unknown()).default([]),
  relationships: z.array(relationship).default([]),
  hasExtractedLicensingInfos: z.array(extracted).default([]),
});

export type SpdxDocument = z.infer<typeof spdxSchema>;
export type SpdxElement = z.infer<typeof element>;
export type SpdxRelationship = z.infer<typeof relationship>;
