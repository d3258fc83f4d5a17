import { join } from "node:path";
import { writeFileWhole } from "../formats/files.ts";
import { manifestFiles } from "../machine/commands.ts";
import type { MachineConfig } from "../machine/machine-config.ts";
import { documentsText } from "../machine/yaml.ts";

export interface WrittenFile {
  path: string;
  /** Only its owner may read it. */
  secret: boolean;
}

/** Writes the patches and the manifests of configs into a folder; what holds a secret with mode 0600. Errors: NO_SPACE. */
export async function writeConfigs(
  folder: string,
  configs: readonly MachineConfig[],
  secretNames: ReadonlySet<string>,
): Promise<WrittenFile[]> {
  const patches = configs.flatMap((config) =>
    config.patches.map(({ file, text }) => ({ file, text, secret: secretNames.has(config.name) })),
  );
  const manifests = manifestFiles(configs).map(({ file, object }) => ({
    file,
    text: documentsText([object]),
    secret: false,
  }));
  const written: WrittenFile[] = [];
  for (const { file, text, secret } of [...patches, ...manifests]) {
    const path = join(folder, file);
    await writeFileWhole(path, text, secret ? 0o600 : 0o644);
    written.push({ path, secret });
  }
  return written;
}
