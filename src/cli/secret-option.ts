import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { RolesError } from "../errors.ts";
import type { SecretReference } from "../roles/model.ts";

/** `env:NAME` or `file:PATH`: a secret is named on a command line, never written there. */
export function parseSecretReference(text: string): SecretReference {
  const [, kind, rest] = /^(env|file):(.+)$/.exec(text) ?? [];
  if (kind === "env" && rest !== undefined) return { env: rest };
  if (kind === "file" && rest !== undefined) return { file: rest };
  throw new InvalidArgumentError(
    "It is env:NAME or file:PATH; a secret itself does not belong on a command line.",
  );
}

/** The secret's value, without the newline at its end. Errors: FILE_NOT_FOUND, USAGE; never with the value. */
export async function readSecret(reference: SecretReference): Promise<string> {
  if ("env" in reference) {
    const value = process.env[reference.env];
    if (value !== undefined && value !== "") return value.trim();
    throw new RolesError("USAGE", `the environment variable ${reference.env} is not set`, {
      hint: "Set it, or name a file: file:PATH.",
    });
  }
  const text = await readFile(reference.file, "utf8").catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `cannot read the secret file ${reference.file}`, { cause });
  });
  return text.trim();
}
