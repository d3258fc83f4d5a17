import { z } from "zod";
import { packageVersion } from "../version.ts";
import { rolesSchema } from "./schema.ts";

/** Where the schema of one version of this package is published: the npm package holds it, and this host serves npm packages. */
export const schemaUrl = (version: string = packageVersion()): string =>
  `https://unpkg.com/talos-roles@${version}/schemas/roles.schema.json`;

/** The JSON Schema (draft 2020-12) of roles.yaml as people write it. */
export function rolesJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(rolesSchema, { io: "input", target: "draft-2020-12" });
  return {
    $schema,
    $id: schemaUrl(),
    title: "roles.yaml",
    description: "Node roles of one Talos Linux cluster, for talos-roles.",
    ...schema,
  };
}
