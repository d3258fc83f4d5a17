import { listFromClues } from "../../src/formation/image-list.ts";
import { usualModules } from "../../src/machine/role-modules.ts";
import { memoryFolder } from "../../src/roles/import/folder.ts";
import { importedText } from "../../src/roles/import/roles-text.ts";
import { sourceIn } from "../../src/roles/import/sources.ts";
import { toRoles } from "../../src/roles/import/to-roles.ts";
import { parseRoles } from "../../src/roles/load.ts";

export async function imported(files: Record<string, string>, entry?: string) {
  const source = await sourceIn(memoryFolder(files), { listOf: listFromClues, ...(entry ? { entry } : {}) });
  const made = toRoles(source, { impliedModules: usualModules });
  const text = importedText(made, { from: source.path, file: "roles.yaml" });
  return { ...made, source, text, loaded: parseRoles(text, "roles.yaml").roles };
}

export const said = (made: Awaited<ReturnType<typeof imported>>): string =>
  made.notCarried.map(({ what, reason, nodes }) => `${what} (${nodes.join(" ")}): ${reason}`).join("\n");

export const profile = (kind: string, more = "") => `# as the script of the images writes it
arch: amd64
platform: metal
secureboot: false
version: v1.13.6
input:
  kernel:
    path: /usr/install/amd64/vmlinuz
  initramfs:
    path: /usr/install/amd64/initramfs.xz
  baseInstaller:
    imageRef: ghcr.io/siderolabs/installer:v1.13.6
  systemExtensions:
    - imageRef: ghcr.io/siderolabs/amd-ucode:20260519@sha256:${"0".repeat(64)}
    - imageRef: ghcr.io/siderolabs/drbd:9.3.2-v1.13.6@sha256:${"1".repeat(64)}
    - imageRef: ghcr.io/siderolabs/zfs:2.4.2-v1.13.6@sha256:${"2".repeat(64)}
    - imageRef: registry.test/own/tool:v1
output:
  kind: ${kind}
${more}`;
