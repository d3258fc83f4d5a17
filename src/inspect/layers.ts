import { canonicalJson } from "../formats/canonical.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import { isModulePath, moduleName } from "../talos/kernel-module.ts";
import type { ListedLayer } from "./extensions-yaml.ts";
import type { InitramfsFirmware } from "./firmware.ts";
import type { ExtensionFault } from "../talos/extension-fault.ts";
import type { InspectedLayer } from "./inspection.ts";
import type { Known } from "./known.ts";
import { listedModules, readLayerContent } from "./layer.ts";
import { type Notice, notice } from "./notice.ts";
import type { UnpackedFile } from "./unpack.ts";

/** The layer with the lists of all kernel modules. It is made by the image builder and is no extension. */
export const MODULES_DEP = "modules.dep";

interface LayersInput {
  listed: readonly ListedLayer[];
  files: ReadonlyMap<string, UnpackedFile>;
  firmware: InitramfsFirmware;
  arch: Arch;
  kernelRelease: string | null;
  known: Known;
}

/** Every layer that extensions.yaml lists and the initramfs has, in order, with what is wrong with them. */
export async function inspectLayers(
  input: LayersInput,
): Promise<{ layers: InspectedLayer[]; notices: Notice[]; faults: ExtensionFault[] }> {
  const layers: InspectedLayer[] = [];
  const notices: Notice[] = [...unlisted(input)];
  const faults: ExtensionFault[] = [];
  for (const entry of input.listed) {
    const file = input.files.get(entry.image);
    const copy = file?.copy;
    if (!file || !copy) {
      notices.push(
        notice("error", "layer-missing", `extensions.yaml lists ${entry.image}, which is not there`),
      );
      continue;
    }
    const names = { arch: input.arch, file: entry.image, extension: entry.name };
    const read = await input.known.or("layer", canonicalJson({ ...names, sha256: file.sha256 }), async () =>
      readLayerContent(await copy(), names),
    );
    notices.push(...read.notices);
    faults.push(...read.faults);
    const { image, compatibility: _, ...metadata } = entry;
    const { bytes, sha256 } = file;
    const { compression, entries } = read;
    const contract = withFirmware(read.contract, image, input.firmware);
    layers.push({ file: image, ...metadata, bytes, sha256, compression, entries, contract });
  }
  return { layers, faults, notices: [...notices, ...(await moduleNotices(layers, input))] };
}

/** Firmware is taken out of the layers: a layer without content may be that of an extension with firmware only. */
function withFirmware(contract: Contract, file: string, firmware: InitramfsFirmware): Contract {
  const own = firmware.bytesOf(file);
  // Nobody can tell either whose the microcode is: that of all extensions lies in one place.
  const mayHaveSome = own > 0 || firmware.sharedBytes > 0 || firmware.microcodeBytes > 0;
  return {
    ...contract,
    firmwareBytes: contract.firmwareBytes + own,
    emptyOn: mayHaveSome ? [] : contract.emptyOn,
  };
}

function unlisted({ files, listed }: LayersInput): Notice[] {
  const known = new Set(["rootfs.sqsh", ...listed.map(({ image }) => image)]);
  return [...files.keys()]
    .filter((path) => path.endsWith(".sqsh") && !known.has(path))
    .map((path) =>
      notice("error", "layer-unlisted", `${path} is there, and extensions.yaml does not list it`),
    );
}

async function moduleNotices(layers: InspectedLayer[], input: LayersInput): Promise<Notice[]> {
  const withModules = layers.filter(({ contract }) => contract.modules.length > 0);
  if (withModules.length === 0) return [];
  const last = layers.at(-1);
  if (!layers.some(({ name }) => name === MODULES_DEP))
    return [
      notice(
        "error",
        "modules-dep-missing",
        "extensions have kernel modules, and no modules.dep layer lists them",
      ),
    ];
  if (last?.name !== MODULES_DEP)
    return [
      notice(
        "error",
        "modules-dep-shadowed",
        `the layer ${last?.file} lies over modules.dep, which must be the last`,
      ),
    ];
  return [
    ...releaseNotices(withModules, input.kernelRelease),
    ...(await unlistedModules(withModules, last, input)),
  ];
}

const releaseNotices = (layers: InspectedLayer[], kernelRelease: string | null): Notice[] =>
  layers.flatMap(({ file, contract }) =>
    [...new Set(contract.modules.map(({ release }) => release))]
      .filter((release) => kernelRelease !== null && release !== kernelRelease)
      .map((release) =>
        notice(
          "error",
          "kernel-release-differs",
          `${file} has modules for ${release}; the kernel is ${kernelRelease}`,
        ),
      ),
  );

async function unlistedModules(
  layers: InspectedLayer[],
  { file, sha256 }: InspectedLayer,
  { files, kernelRelease, known }: LayersInput,
): Promise<Notice[]> {
  const copy = files.get(file)?.copy;
  if (!copy || kernelRelease === null) return [];
  const listed = await known.or("module-list", `${kernelRelease} ${sha256}`, async () => {
    const path = await copy();
    return (
      (await listedModules(path, `usr/lib/modules/${kernelRelease}`)) ??
      (await listedModules(path, `lib/modules/${kernelRelease}`)) ??
      []
    );
  });
  const names = new Set(listed.filter(isModulePath).map(nameOf));
  return layers.flatMap(({ file, contract }) =>
    contract.modules
      .filter(({ name }) => !names.has(name))
      .map(({ name }) =>
        notice("error", "module-unlisted", `module ${name} of ${file} is not in modules.dep`),
      ),
  );
}

const nameOf = (path: string): string => moduleName(path.replace(/^.*\//, "").replace(/\.ko(?:\.\w+)?$/, ""));
