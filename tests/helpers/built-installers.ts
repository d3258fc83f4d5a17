import { join } from "node:path";
import type { Lock } from "../../src/catalog/lock-model.ts";
import { fromBytes } from "../../src/formats/bytes.ts";
import { tarArchive } from "../../src/formats/tar.ts";
import { writeRecord } from "../../src/image/record.ts";
import { assembleImage } from "../../src/oci/assemble.ts";
import { digestHex } from "../../src/oci/digest.ts";
import { noise } from "../../src/oci/fixtures/images.ts";
import { smallLayer } from "../../src/oci/layer.ts";
import { openLayout } from "../../src/oci/layout.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { addImage } from "../../src/oci/transfer.ts";
import { installerLayoutName } from "../../src/roles/asset-names.ts";
import { installerReference, targetsOf } from "../../src/roles/names.ts";
import type { RolesFile } from "../../src/roles/model.ts";

export interface BuiltInstallers {
  uki: Uint8Array;
  /** Labels of the images. */
  labels?: Record<string, string>;
  standIns?: string[];
  /** Text in every image: another text makes other images under the same build key. */
  text?: string;
}

const layerOf = async (files: Record<string, Uint8Array>) => {
  const entries = Object.entries(files).map(([path, data]) => ({ path, mode: 0o644, data: fromBytes(data) }));
  return smallLayer((await tarArchive(entries)).stream());
};

/** What a build leaves for `push`: the record, and an installer of every role with a base layer that all share. */
export async function writeInstallers(
  out: string,
  { roles, lock }: { roles: RolesFile; lock: Lock },
  { uki, labels = {}, standIns = [], text = "" }: BuiltInstallers,
): Promise<void> {
  const base = await layerOf({ "bin/installer": noise(1 << 20) });
  const recorded = [];
  for (const target of targetsOf(roles)) {
    const { role: name, arch } = target;
    const own = await layerOf({
      [`usr/install/${arch}/vmlinuz.efi`]: uki,
      [`usr/install/${arch}/systemd-boot.efi`]: Buffer.from(`sd-boot ${name} ${text}`),
    });
    const config = { Labels: { "alpha.talos.dev/version": "v1.13.6", ...labels } };
    const image = assembleImage({ architecture: arch, config, layers: [base, own] });
    const path = `${name}/${installerLayoutName(arch)}`;
    await addImage(openLayout(join(out, path)), parseReference(installerReference(roles, target)), image);
    const locked = lock.roles[name]![arch]!;
    recorded.push({
      name,
      arch,
      kernelRelease: lock.architectures[arch]!.kernelRelease,
      extensions: locked.extensions.map((key) => {
        const { name, version, digest } = lock.architectures[arch]!.extensions[key]!;
        return { name, version, digest };
      }),
      schematic: locked.schematic,
      inputsKey: locked.inputsKey,
      installer: installerReference(roles, target),
      standIns,
      assets: [
        {
          kind: "installer",
          format: "oci-layout",
          path,
          sha256: digestHex(image.descriptor.digest),
          bytes: 1,
          buildKey: locked.inputsKey,
        },
      ],
    });
  }
  await writeRecord(out, { recordVersion: 1, talosVersion: lock.talos, roles: recorded });
}
