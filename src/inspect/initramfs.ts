import { open, readFile } from "node:fs/promises";
import { isRolesError } from "../errors.ts";
import type { ByteSource } from "../formats/bytes.ts";
import { withScratch } from "../formats/scratch.ts";
import type { Arch } from "../talos/arch.ts";
import { type Contract, sumContracts } from "../talos/contract.ts";
import { archOfElf } from "./arch-of.ts";
import { sourceContent } from "./content.ts";
import { type Known, type KnownSort, openKnown } from "./known.ts";
import { type ListedLayer, parseExtensionsYaml } from "./extensions-yaml.ts";
import { firmwareOf, type InitramfsFirmware } from "./firmware.ts";
import type { InspectedInitramfs, InspectedLayer, Inspection } from "./inspection.ts";
import { inspectLayers, MODULES_DEP } from "./layers.ts";
import { type Notice, notice } from "./notice.ts";
import { readRootfs, type RootfsContent } from "./rootfs.ts";
import { isCompatible } from "../talos/compatibility.ts";
import type { ExtensionFault } from "../talos/extension-fault.ts";
import { isStandIn, standInNotice } from "./stand-in.ts";
import { unpackInitramfs, type Unpacked, type UnpackedFile } from "./unpack.ts";

/** An initramfs as inspected; the part of an inspection that is about it is always there. */
export type InitramfsInspection = Inspection & { initramfs: InspectedInitramfs };

/**
 * Everything that an initramfs of Talos holds, read from its bytes alone. `arch` is for callers that know it from the kernel beside it.
 * Errors: those of segments and squashfs, FORMAT_INVALID, TOOL_MISSING, NO_SPACE. What is wrong but readable is in `notices`.
 */
export async function inspectInitramfs(
  source: ByteSource,
  { arch, known = openKnown(), sha256 }: InitramfsOptions = {},
): Promise<InitramfsInspection> {
  const hash = sha256 ?? (await sourceContent(source)).sha256;
  return known.or("initramfs", `${arch ?? ""} ${hash}`, () =>
    readInitramfs(source, { arch, known, sha256: hash }),
  );
}

interface InitramfsOptions {
  arch?: Arch | undefined;
  known?: Known | undefined;
  /** Of `source`, where it was read just now. */
  sha256?: string | undefined;
}

const readInitramfs = (
  source: ByteSource,
  { arch, known, sha256 }: { arch: Arch | undefined; known: Known; sha256: string },
): Promise<InitramfsInspection> =>
  withScratch(async (folder) => {
    const unpacked = await unpackInitramfs(source, { folder, known, sha256 });
    const { files, segments } = unpacked;
    const rootfsFile = files.get("rootfs.sqsh");
    const rootfs = await lookInto("rootfs", rootfsFile, { known, read: readRootfs });
    const ofInit = { known, read: archOfProgram };
    const found = arch ?? (await lookInto("program-arch", files.get("init"), ofInit)) ?? rootfs?.arch ?? null;
    const firmware = firmwareOf(segments, files);
    const kernelRelease = rootfs?.releases.length === 1 ? rootfs.releases[0]! : null;
    const listed = await listedLayers(files.get("extensions.yaml"));
    const talosVersion = rootfs?.osRelease["VERSION_ID"] ?? null;
    const read = await inspectLayers({
      listed,
      files,
      firmware,
      // An image in which no program tells its architecture gets a notice; its layers have to be read as something.
      arch: found ?? "amd64",
      kernelRelease,
      known,
    });
    const notices = [
      ...treeNotices(unpacked, rootfs, found),
      ...read.notices,
      ...standIns(read.layers, rootfs),
    ];
    return {
      kind: "initramfs",
      talosVersion,
      arch: found,
      kernelRelease,
      cmdline: null,
      extensions: extensionsOf(read.layers),
      contract: contractOf(read.layers, firmware),
      notices,
      ...someFaults([...incompatible(listed, talosVersion), ...read.faults]),
      initramfs: {
        bytes: unpacked.bytes,
        sha256: unpacked.sha256,
        segments,
        layers: read.layers,
        rootfs: rootfs && rootfsFile ? summary(rootfs, rootfsFile) : null,
        firmwareBytes: firmware.firmwareBytes,
        microcodeBytes: firmware.microcodeBytes,
      },
    };
  });

/** What `read` tells of a copy of the file; null where there is none. */
const lookInto = async <T>(
  sort: KnownSort,
  file: UnpackedFile | undefined,
  { known, read }: { known: Known; read: (path: string) => Promise<T> },
): Promise<T | null> => {
  const copy = file?.copy;
  return file && copy ? known.or(sort, file.sha256, async () => read(await copy())) : null;
};

const someFaults = (faults: ExtensionFault[]) => (faults.length > 0 ? { faults } : {});

/** Layers that say that they are for other Talos versions; a range or a version that cannot be read says nothing. */
const incompatible = (listed: readonly ListedLayer[], talos: string | null): ExtensionFault[] =>
  listed
    .filter((layer) => talos !== null && !mayFit(layer, talos))
    .map(({ name, compatibility }) => ({
      sort: "incompatible",
      extension: name,
      detail: `it is for Talos ${compatibility}, not ${talos}`,
    }));

function mayFit({ compatibility, name }: ListedLayer, talos: string): boolean {
  try {
    return isCompatible(compatibility, talos, name);
  } catch (error) {
    if (isRolesError(error)) return true;
    throw error;
  }
}

const summary = ({ compression, entries }: RootfsContent, { bytes, sha256 }: UnpackedFile) => ({
  bytes,
  sha256,
  compression,
  entries,
});

const listedLayers = async (file: UnpackedFile | undefined): Promise<ListedLayer[]> =>
  file?.copy ? parseExtensionsYaml(await readFile(await file.copy(), "utf8")) : [];

async function archOfProgram(path: string): Promise<Arch | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(64), 0, 64, 0);
    return archOfElf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

const extensionsOf = (layers: readonly InspectedLayer[]): Inspection["extensions"] =>
  layers.filter(({ name }) => name !== MODULES_DEP).map(({ name, version }) => ({ name, version }));

/** The contract of the role: the sum over its extensions, with all firmware, also that of which nobody can tell whose it is. */
function contractOf(layers: readonly InspectedLayer[], firmware: InitramfsFirmware): Contract {
  const sum = sumContracts(layers.filter(({ name }) => name !== MODULES_DEP).map(({ contract }) => contract));
  return { ...sum, firmwareBytes: sum.firmwareBytes + firmware.sharedBytes + firmware.microcodeBytes };
}

function treeNotices({ lost, files }: Unpacked, rootfs: RootfsContent | null, arch: Arch | null): Notice[] {
  const notices = lost.map((path) =>
    notice("error", "parent-missing", `Linux drops ${path}: the folder it lies in is not there before it`),
  );
  if (!rootfs) notices.push(notice("error", "rootfs-missing", "there is no rootfs.sqsh: Talos cannot start"));
  else if (rootfs.releases.length !== 1)
    notices.push(
      notice(
        "warning",
        "kernel-release-unknown",
        `rootfs.sqsh has modules for ${rootfs.releases.join(", ") || "no kernel"}`,
      ),
    );
  if (!arch) notices.push(notice("warning", "arch-unknown", "nothing in it tells the architecture"));
  if (!files.has("init"))
    notices.push(notice("error", "boot-files-missing", "there is no init: Linux cannot start Talos"));
  return notices;
}

function standIns(layers: readonly InspectedLayer[], rootfs: RootfsContent | null): Notice[] {
  const base =
    rootfs && isStandIn(Object.values(rootfs.osRelease)) ? [standInNotice("the root file system")] : [];
  return [
    ...base,
    ...layers
      .filter(({ author, description }) => isStandIn([author, description]))
      .map(({ name }) => standInNotice(`extension ${name}`)),
  ];
}
