import { fromFile } from "../formats/bytes.ts";
import { differences } from "./differences.ts";
import { inspectInitramfs } from "./initramfs.ts";
import type { Inspection } from "./inspection.ts";
import type { BootFileCopies } from "./install-files.ts";
import type { Known } from "./known.ts";
import { inspectKernel } from "./kernel.ts";
import { inspectUkiOf } from "./uki.ts";

/** What the boot files of an installer hold: its UKI, or kernel and initramfs where there is none (Talos before 1.10). Null when there are none. */
export async function inspectBootFiles(copies: BootFileCopies, known: Known): Promise<Inspection | null> {
  const uki = copies["vmlinuz.efi"];
  if (uki) return inspectUkiOf(uki.sha256, { known, open: async () => fromFile(await uki.copy()) });
  const { vmlinuz, "initramfs.xz": initramfs } = copies;
  const kernel = vmlinuz && (await inspectKernel(await fromFile(await vmlinuz.copy())));
  if (!initramfs) return null;
  const { sha256 } = initramfs;
  const inner = await inspectInitramfs(await fromFile(await initramfs.copy()), {
    known,
    sha256,
    ...(kernel?.arch ? { arch: kernel.arch } : {}),
  });
  const releases = { vmlinuz: kernel?.release, "rootfs.sqsh": inner.kernelRelease };
  return {
    ...inner,
    notices: [...inner.notices, ...differences("kernel-release-differs", "kernel", releases)],
    ...(kernel ? { kernel } : {}),
  };
}
