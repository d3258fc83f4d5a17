import { z } from "zod";
import { lockSchema } from "../../src/catalog/lock-schema.ts";

export const path = "schemas/roles.lock.schema.json";
export const generate = (): string => {
  const schema = z.toJSONSchema(lockSchema, { target: "draft-2020-12" });
  return `${JSON.stringify(schema, null, 2)}\n`;
};
