import { isRolesError, RolesError } from "../errors.ts";
import { step } from "../events.ts";
import { parseReference } from "../oci/reference.ts";
import type { RolesFile } from "../roles/model.ts";
import { baseReference, imagerReference } from "../roles/upstream-names.ts";
import type { Arch } from "../talos/arch.ts";
import type { Covered } from "./covered.ts";
import { readKernelRelease } from "./kernel-release.ts";
import { lockExtension } from "./lock-extension.ts";
import type { LockedArchitecture, LockedExtension, PinnedImage } from "./lock-model.ts";
import type { LockOptions } from "./make-lock.ts";
import { officialExtensions } from "./official-list.ts";
import { type Pinned, pinImage, reopenPin, sameRequest } from "./pin.ts";
import { together } from "./together.ts";
import { pinNames } from "./update-names.ts";

export interface ArchitectureTask {
  covered: Covered;
  roles: RolesFile;
  options: LockOptions;
}

/** Registries slow down clients that ask for much at once, and each extension holds about a megabyte. */
const atOnce = 4;

/** Everything pinned that roles need on one architecture. Errors: as `makeLock`. */
export async function lockArchitecture(arch: Arch, task: ArchitectureTask): Promise<LockedArchitecture> {
  const { covered, options } = task;
  const base = await openBase(arch, task);
  const boot = await openBoot(arch, base, task);
  const keys = keysOn(arch, covered);
  const list = once(() => officialExtensions(options.client, covered.talos));
  const { kernelRelease } = boot;
  const locked = await together(
    keys,
    { source: options.client, atOnce, signal: options.signal },
    (key, client) =>
      lockExtension({ ...task, options: { ...options, client }, key, arch, kernelRelease, list }),
  );
  return {
    base: base.pin,
    bootFiles: boot.pin,
    kernelRelease: boot.kernelRelease,
    extensions: Object.fromEntries(
      keys.map((key, index): [string, LockedExtension] => [key, locked[index]!]),
    ),
  };
}

const keysOn = (arch: Arch, { roles }: Covered): string[] =>
  [
    ...new Set(
      Object.values(roles)
        .filter((role) => role.arch.includes(arch))
        .flatMap(({ extensions }) => extensions),
    ),
  ].sort();

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const openBase = (arch: Arch, { covered, options }: ArchitectureTask): Promise<Pinned> =>
  pinAgain({ reference: baseReference(covered.talos), arch, options, before: "base" });

/**
 * The image with the boot files: imager, or the base where the registry has no imager and the base holds them itself.
 * Errors: FORMAT_INVALID where it has none.
 */
async function openBoot(
  arch: Arch,
  base: Pinned,
  { covered, options }: ArchitectureTask,
): Promise<{ pin: PinnedImage; kernelRelease: string }> {
  const imager = await pinAgain({
    reference: imagerReference(covered.talos),
    arch,
    options,
    before: "bootFiles",
  }).catch((error: unknown) => {
    if (isRolesError(error, "REGISTRY_NOT_FOUND")) return base;
    throw error;
  });
  const { kernelRelease: found } = await step(
    options.emit,
    `kernel-${arch}`,
    `kernel release (${arch})`,
    async () => {
      const { release, cached } = await readKernelRelease(imager.image, arch, options.cacheDir);
      return { kernelRelease: release, bytes: imager.pin.bytes, cached };
    },
  );
  if (found !== undefined) return { pin: imager.pin, kernelRelease: found };
  throw new RolesError(
    "FORMAT_INVALID",
    `${imager.pin.repository}:${imager.pin.tag} has no initramfs for ${arch}`,
    {
      hint: `Check that your registry has ${imagerReference(covered.talos)}.`,
    },
  );
}

interface PinTask {
  reference: string;
  arch: Arch;
  options: LockOptions;
  before: "base" | "bootFiles";
}

/** What the previous lock pinned, where it may stay; else what the tag points at now. */
function pinAgain({ reference, arch, options, before }: PinTask): Promise<Pinned> {
  const wanted = parseReference(reference);
  const { client, previous, update = [] } = options;
  const pinned = previous?.architectures[arch]?.[before];
  const stays = update !== true && !update.includes(pinNames[before]);
  return stays && sameRequest(pinned, wanted)
    ? reopenPin(client, pinned, arch)
    : pinImage(client, { reference: wanted, arch, before: pinned });
}
