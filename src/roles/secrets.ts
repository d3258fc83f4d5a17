import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RolesError } from "../errors.ts";
import type { SecretReference } from "./model.ts";

interface SecretSource {
  /** The roles file: relative paths of secrets begin beside it. */
  rolesFile: string;
  env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads secrets by name, each once; a line break at the end of a file is none of its content. Errors: SECRET_MISSING, naming every one that is
 * not there, and never a value.
 */
export async function readSecrets(
  secrets: readonly SecretReference[],
  { rolesFile, env = process.env }: SecretSource,
): Promise<(secret: SecretReference) => string> {
  const values = new Map<string, string | undefined>();
  for (const secret of secrets) {
    const key = keyOf(secret);
    if (values.has(key)) continue;
    values.set(
      key,
      "env" in secret ? env[secret.env] : await fileText(resolve(dirname(rolesFile), secret.file)),
    );
  }
  const missing = [...values].flatMap(([key, value]) => (value ? [] : [key]));
  if (missing.length > 0) {
    throw new RolesError("SECRET_MISSING", `no value for ${missing.join(", ")}`, {
      hint: "Set the variable or write the file, then run the command again.",
    });
  }
  return (secret) => values.get(keyOf(secret)) ?? "";
}

const keyOf = (secret: SecretReference): string =>
  "env" in secret ? `env ${secret.env}` : `file ${secret.file}`;

async function fileText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}
