import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RolesError } from "../../errors.ts";
import { contentKey } from "../../formats/canonical.ts";
import { fromFile, sha256 } from "../../formats/bytes.ts";
import { makeWhole } from "../../formats/files.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import { inspectFile } from "../../inspect/file.ts";
import type { RecordedAsset } from "../../image/record.ts";
import { digestHex } from "../../oci/digest.ts";
import { readDockerArchive } from "../../oci/docker-archive-read.ts";
import { openLayout } from "../../oci/layout.ts";
import { namedEntry } from "../../oci/layout-index.ts";
import { parseReference } from "../../oci/reference.ts";
import { installerLayoutName } from "../../roles/asset-names.ts";
import type { EngineOutput } from "./outputs.ts";
import type { EngineTarget } from "./target.ts";

export interface Collected {
  assets: RecordedAsset[];
  inspection: Inspection;
}

interface CollectWanted {
  target: EngineTarget;
  output: EngineOutput;
  /** CozyStack's `_out/assets`. */
  assets: string;
  out: string;
  /** What decides the bytes, beside the role: the commit and the patch. */
  identity: object;
}

/** Takes what a target made, reads it back, and says what a record says of it; an installer as an OCI layout, too. Errors: READ_BACK_MISMATCH. */
export async function collect({ target, output, assets, out, identity }: CollectWanted): Promise<Collected> {
  const { role, arch, inputsKey } = target;
  const { kind, platform, format } = output;
  const name = output.file(arch);
  const path = `${role}/${name}`;
  const made = join(assets, name);
  if (!(await stat(made).catch(() => undefined))) {
    throw new RolesError("READ_BACK_MISMATCH", `\`make ${output.make}\` ended well, but made no ${name}`, {
      hint: "Report this checkout's commit.",
    });
  }
  await mkdir(dirname(join(out, path)), { recursive: true });
  await makeWhole(join(out, path), (temporary) => copyFile(made, temporary));
  const file = await fromFile(join(out, path));
  const buildKey = contentKey({ engine: "cozystack", inputsKey, kind, platform, ...identity });
  const inspection = await inspectFile(join(out, path), { arch });
  const asset = {
    kind,
    ...(format === undefined ? {} : { format }),
    ...(platform === undefined ? {} : { platform }),
    path,
    sha256: await sha256(file.stream()),
    bytes: file.size,
    buildKey,
  };
  const layout = kind === "installer" ? [await layoutOf(target, asset, out)] : [];
  return { assets: [...layout, asset], inspection };
}

/** What `push` sends: the same image under its own name. */
async function layoutOf(target: EngineTarget, archive: RecordedAsset, out: string): Promise<RecordedAsset> {
  const path = `${target.role}/${installerLayoutName(target.arch)}`;
  const folder = join(out, path);
  const { image } = await readDockerArchive(await fromFile(join(out, archive.path)), archive.path);
  await rm(folder, { recursive: true, force: true });
  const layout = openLayout(folder);
  for (const descriptor of [image.manifest.config, ...image.manifest.layers]) {
    await layout.addBlob(descriptor, image.blob(descriptor));
  }
  await layout.addBlob(image.descriptor, once(image.manifestBytes));
  await layout.addEntries([namedEntry(image.descriptor, parseReference(target.installerReference))]);
  return {
    ...archive,
    format: "oci-layout",
    path,
    sha256: digestHex(image.descriptor.digest),
    bytes: image.bytes,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
