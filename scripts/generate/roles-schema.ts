import { rolesJsonSchema } from "../../src/roles/json-schema.ts";

export const path = "schemas/roles.schema.json";
export const generate = (): string => `${JSON.stringify(rolesJsonSchema(), null, 2)}\n`;
