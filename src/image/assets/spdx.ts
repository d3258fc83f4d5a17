import { fromText } from "../../formats/bytes.ts";
import { spdxName } from "../../roles/asset-names.ts";
import { packageVersion } from "../../version.ts";
import { initramfsInputs } from "../initramfs-parts.ts";
import { modulesDepName } from "../modules-dep.ts";
import { readSpdx } from "../spdx/read.ts";
import { roleSpdx, type SpdxInput } from "../spdx/role.ts";
import type { AssetMaker } from "./asset.ts";

/** What the role's images are made of, for every image that is made. */
export const spdxAsset: AssetMaker = {
  kind: "spdx",
  tools: [],
  generation: 1,
  plan(target, wanted) {
    if (wanted.size === 0) return [];
    const { role, arch, talos, base } = target;
    const inputs = { ...initramfsInputs(target), role, talos, base: base.manifest, maker: packageVersion() };
    return [{ path: `${role}/${spdxName(arch)}`, format: "spdx-2.3", inputs }];
  },
  async recipe({ target, materials }) {
    const { role, arch, talos: version, base, bootFiles, segments } = target;
    const layers = (await materials.segments()).filter(({ manifest }) => manifest.name !== modulesDepName);
    const extensions: SpdxInput[] = [];
    const warnings: string[] = [];
    for (const [index, { name, version, from }] of segments.entries()) {
      const { documents, unreadable } = await readSpdx(layers[index]!.layer);
      warnings.push(...unreadable.map((path) => leftOut(role, name, path)));
      extensions.push({ name, version, image: "image" in from ? from.image : undefined, documents });
    }
    const text = roleSpdx({ role, arch, version, base, bootFiles, extensions });
    return { content: fromText(text), expected: {}, warnings };
  },
};

const leftOut = (role: string, extension: string, path: string): string =>
  `role ${role}: ${path} of extension ${extension} is no SPDX document that can be read: its SPDX file does without it`;
