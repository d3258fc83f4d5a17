import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toolPath } from "../../formats/run-tool.ts";
import type { StandInAnswers } from "./answers.ts";

/**
 * Stand-ins for the programs with which the machinery asks registries, Docker and git, so that a proof needs neither
 * network nor Docker and changes nothing: `skopeo`, `crane` and `jq` answer from a table, all others say nothing.
 * Returns the environment in which the machinery meets them.
 */
export async function writeStandIns(
  folder: string,
  { tags, digests }: StandInAnswers,
): Promise<Record<string, string>> {
  const [programs, data, temporary] = ["programs", "data", "temporary"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all(
    [programs, join(data, "tags"), temporary].map((path) => mkdir(path, { recursive: true })),
  );
  await writeFile(join(data, "image-digests"), digests.map((line) => `${line}\n`).join(""));
  for (const [name, list] of tags)
    await writeFile(join(data, "tags", name), list.map((tag) => `${tag}\n`).join(""));
  for (const [name, lines] of Object.entries(scripts(data))) {
    await writeFile(join(programs, name), `#!/bin/sh\n${lines}\n`);
    await chmod(join(programs, name), 0o755);
  }
  return { PATH: `${programs}:${toolPath()}`, TMPDIR: temporary };
}

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

const scripts = (data: string): Record<string, string> => ({
  // The last word is docker://HOST/PATH/NAME.
  skopeo: `for last; do :; done\ncat ${quoted(data)}/tags/"\${last##*/}" 2>/dev/null || :`,
  crane: `[ "$1" = export ] && tar -C ${quoted(data)} -cf - image-digests`,
  jq: "cat",
  git: '[ "$1" = describe ] && echo v0.0.0 || :',
  docker: ":",
  kubectl: ":",
  yq: ":",
  helm: ":",
});
