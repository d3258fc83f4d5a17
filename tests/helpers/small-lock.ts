import type { Lock, LockedExtension, PinnedImage } from "../../src/catalog/lock-model.ts";
import { sumContracts } from "../../src/talos/contract.ts";

const digest = `sha256:${"0".repeat(64)}`;
/** An image of Talos v1.13.6 as a lock pins it. */
export const pinned = (repository: string): PinnedImage => ({
  repository,
  tag: "v1.13.6",
  digest,
  manifest: digest,
  bytes: 1,
});
/** The kernel of `lockOf`. */
export const kernel = "6.18.44-talos";

/** A lock for one role `a` on arm64, of Talos v1.13.6, with these extensions. */
export function lockOf(extensions: Record<string, LockedExtension>): Lock {
  const contract = sumContracts(Object.values(extensions).map((one) => one.contract));
  return {
    lockVersion: 1,
    rolesChecksum: digest,
    talos: "v1.13.6",
    architectures: {
      arm64: {
        base: pinned("ghcr.io/siderolabs/installer-base"),
        bootFiles: pinned("ghcr.io/siderolabs/imager"),
        kernelRelease: kernel,
        extensions,
      },
    },
    roles: {
      a: {
        arm64: { extensions: Object.keys(extensions), contract, schematic: null, inputsKey: "0".repeat(64) },
      },
    },
  };
}
