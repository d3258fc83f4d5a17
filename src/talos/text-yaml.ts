import { parseAllDocuments } from "yaml";
import { RolesError } from "../errors.ts";

/**
 * The first YAML document of `text` with every scalar as the text it was written as, which is how Go fills a string field
 * (`version: 1.10` is not the number 1.1). Errors: EXTENSION_INVALID; `where` names the file and its image.
 */
export function parseTextYaml(text: string, where: string): unknown {
  const [document] = parseAllDocuments(text, { schema: "failsafe", merge: true, logLevel: "silent" });
  if (!document) return {};
  const [problem] = document.errors;
  if (problem) throw notYaml(where, problem);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw notYaml(where, cause);
  }
}

function notYaml(where: string, cause: unknown): RolesError {
  const [reason] = (cause as Error).message.split("\n");
  return new RolesError("EXTENSION_INVALID", `${where}: not readable as YAML: ${reason?.replace(/:$/, "")}`, {
    hint: "Report it to the extension's author.",
    cause,
  });
}
