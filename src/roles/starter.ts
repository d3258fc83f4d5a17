import { lstat } from "node:fs/promises";
import { RolesError } from "../errors.ts";
import { writeFileWhole } from "../formats/files.ts";
import { defaults } from "./defaults.ts";
import { schemaUrl } from "./json-schema.ts";
import { parseRoles } from "./load.ts";

export interface StarterAnswers {
  name?: string | undefined;
  talos?: string | undefined;
  arch?: string | undefined;
  registry?: string | undefined;
}

/** A first roles.yaml: ADR-004's two roles, with comments where people edit. Errors: ROLES_INVALID for answers that no file may hold. */
export function starterRoles(answers: StarterAnswers, file = "roles.yaml"): string {
  const own = defaults.cluster;
  const text = `# yaml-language-server: $schema=${schemaUrl()}
# Node roles of one Talos cluster. \`talos-roles check\` says what is wrong; docs/reference/roles-yaml.md lists every key.
cluster:
  name: ${answers.name ?? own.name}
  talos: ${answers.talos ?? own.talos}
  arch: ${answers.arch ?? own.arch[0]} # one, or a list
  network:
    pods: 10.244.0.0/16
    services: 10.96.0.0/12
images:
  registry: ${answers.registry ?? defaults.images.registry} # installers land at …/talos-<role>:<talos version>
  outputs: [installer, iso, metal]
roles:
  compute:
    purpose: WebAssembly workload nodes
    extensions: [drbd, zfs, spin]
    count: { min: 1 }
  gateway:
    purpose: Subnet router + compute node
    like: compute
    extensions: { add: [tailscale] }
    count: 1
    subnetRouter:
      routes: [pods, services]
      authKey: { env: TS_AUTHKEY } # read only when configs are written; never put the key itself here
# nodes:
#   - { name: n1, address: 10.10.0.101, role: gateway, controlPlane: true }
#   - { name: n2, address: 10.10.0.102, role: compute }
`;
  parseRoles(text, file);
  return text;
}

/** Writes the first roles file; never over another. Errors: USAGE when the file is there. */
export async function writeRolesFile(file: string, answers: StarterAnswers): Promise<void> {
  const text = starterRoles(answers, file);
  const there = await lstat(file).then(
    () => true,
    () => false,
  );
  if (there) {
    throw new RolesError("USAGE", `${file} is already there`, {
      hint: "Edit it, or name another with `--file PATH`; nothing was written.",
    });
  }
  await writeFileWhole(file, text);
}
