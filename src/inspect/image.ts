import { RolesError } from "../errors.ts";
import { withScratch } from "../formats/scratch.ts";
import { flatten, type ImageEntry } from "../oci/flatten.ts";
import type { OciImage } from "../oci/resolve.ts";
import { type Arch, architectures } from "../talos/arch.ts";
import { standInLabel } from "../talos/stand-in.ts";
import { readExtensionImage } from "./extension-image.ts";
import { bootFileCopies, labelsOf, readInstallFiles } from "./install-files.ts";
import { inspectBootFiles } from "./boot-files.ts";
import { differences } from "./differences.ts";
import type { InspectedImage, Inspection } from "./inspection.ts";
import { type Known, openKnown } from "./known.ts";
import { nothingFound } from "./nothing-found.ts";
import { type Notice, notice } from "./notice.ts";
import { isStandIn, standInNotice } from "./stand-in.ts";

/** An image as inspected; the part of an inspection that is about it is always there. */
export type ImageInspection = Inspection & { image: InspectedImage };

const VERSION_LABEL = "alpha.talos.dev/version";

/**
 * Everything that a Talos image in a registry, a layout or an archive holds: an installer, with the boot files in it, or an extension.
 * `name` names it in errors. Errors: those of `flatten` and of what is in it; UNSUPPORTED for an image of another kind.
 */
export async function inspectImage(
  image: OciImage,
  name: string,
  { known = openKnown() }: { known?: Known | undefined } = {},
): Promise<ImageInspection> {
  const entries = flatten(image)[Symbol.asyncIterator]();
  const first = await entries.next();
  const all = resumed(first, entries);
  const isExtension =
    first.done !== true && /^(?:manifest\.yaml|rootfs(?:\/.*)?)$/.test(first.value.header.path);
  try {
    return await (isExtension
      ? inspectExtension(image, all, name)
      : inspectInstaller(image, all, { name, known }));
  } finally {
    // What is known already is not read to its end.
    await entries.return?.(undefined);
  }
}

async function* resumed(
  first: IteratorResult<ImageEntry>,
  rest: AsyncIterator<ImageEntry>,
): AsyncGenerator<ImageEntry> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function inspectExtension(
  image: OciImage,
  entries: AsyncIterable<ImageEntry>,
  name: string,
): Promise<ImageInspection> {
  const arch = archOf(image.config.architecture);
  const { manifest, contract } = await readExtensionImage(entries, { arch: arch ?? "amd64", where: name });
  const { version, author, description } = manifest;
  const [release = null] = contract.modules.map((module) => module.release);
  return {
    kind: "extension",
    talosVersion: null,
    arch,
    kernelRelease: release,
    cmdline: null,
    extensions: [{ name: manifest.name, version }],
    contract,
    notices: isStandIn([author, description]) ? [standInNotice(`extension ${manifest.name}`)] : [],
    image: summary(image, []),
  };
}

const inspectInstaller = (
  image: OciImage,
  entries: AsyncIterable<ImageEntry>,
  { name, known }: { name: string; known: Known },
): Promise<ImageInspection> =>
  withScratch(async (folder) => {
    const labels = labelsOf(image.config);
    const layers = image.manifest.layers.map(({ digest }) => digest).join(" ");
    const installed = await known.or("install-files", layers, () => readInstallFiles(entries, folder));
    const { files, arch: folderArch } = installed;
    const label = labels[VERSION_LABEL] ?? null;
    if (label === null && files.length === 0) throw notTalos(name);
    const inner = await inspectBootFiles(
      bootFileCopies(installed, folder, () => flatten(image)),
      known,
    );
    const configArch = archOf(image.config.architecture);
    const notices: Notice[] = [
      ...(inner?.notices ?? [
        notice("info", "boot-files-missing", "there is neither a UKI nor an initramfs in it"),
      ]),
      ...differences("version-differs", "Talos", {
        "the image's label": label,
        "its boot files": inner?.talosVersion,
      }),
      ...differences("arch-differs", "architecture", {
        "the image's config": configArch,
        "usr/install": folderArch,
        "its boot files": inner?.arch,
      }),
      ...(standInLabel in labels || isStandIn(Object.values(labels)) ? [standInNotice("the image")] : []),
    ];
    const found = inner ?? nothingFound();
    return {
      ...found,
      kind: "installer",
      talosVersion: found.talosVersion ?? label,
      arch: found.arch ?? configArch,
      notices,
      image: summary(image, files),
    };
  });

const archOf = (text: string | undefined): Arch | null => architectures.find((arch) => arch === text) ?? null;

const summary = (
  { descriptor, config, manifest }: OciImage,
  files: InspectedImage["files"],
): InspectedImage => ({
  digest: descriptor.digest,
  config: { architecture: config.architecture ?? null, labels: labelsOf(config) },
  layers: manifest.layers.map(({ digest, size }) => ({ digest, bytes: size })),
  files,
});

const notTalos = (name: string): RolesError =>
  new RolesError("UNSUPPORTED", `${name} is neither a Talos installer nor a system extension`, {
    hint: "Inspect an installer, an installer-base or an extension image.",
  });
