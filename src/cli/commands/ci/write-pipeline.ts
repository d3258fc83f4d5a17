import { readFile } from "node:fs/promises";
import { RolesError } from "../../../errors.ts";
import { writeFileWhole } from "../../../formats/files.ts";

interface Destination {
  out?: string | undefined;
  check?: boolean | undefined;
  /** The command line that writes it anew. */
  commandLine: string;
}

/** Prints a pipeline, writes it to a file, or compares it with the file. Errors: USAGE, PIPELINE_STALE. */
export async function writePipeline(text: string, { out, check, commandLine }: Destination): Promise<void> {
  if (check && out === undefined) {
    throw new RolesError("USAGE", "--check compares with a file", { hint: "Name it with `--out FILE`." });
  }
  if (out === undefined) process.stdout.write(text);
  else if (!check) await writeFileWhole(out, text);
  else if ((await readFile(out, "utf8").catch(() => undefined)) !== text) {
    throw new RolesError("PIPELINE_STALE", `${out} is not what the roles file asks for now`, {
      hint: `\`${commandLine} --out ${out}\` writes it anew.`,
    });
  }
}
