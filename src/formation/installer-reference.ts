import { fallbackNames } from "../catalog/fallback-contracts.ts";

export interface InstallerReference {
  /** Talos version in the tag. */
  talos?: string;
  /** Image Factory id. */
  schematic?: string;
  /** Siderolabs' own installer, which has no extension. */
  plain: boolean;
  /** CozyStack's published image. */
  cozystack: boolean;
  /** Extensions whose names stand in the reference: a hint only. */
  hints: string[];
}

/** What an installer reference tells by itself (facts: real-configs §3.1). */
export function readInstaller(reference: string): InstallerReference {
  const [, id] = /\/([0-9a-f]{64})(?:[:@]|$)/.exec(reference) ?? [];
  const [, tag] = /:(v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)/.exec(reference) ?? [];
  const plain = /^(?:ghcr\.io\/)?siderolabs\/installer(?:-base)?(?:[:@]|$)/.test(reference);
  const words = reference.toLowerCase().split(/[^a-z0-9]+/);
  return {
    ...(tag === undefined ? {} : { talos: tag }),
    ...(id === undefined ? {} : { schematic: id }),
    plain,
    cozystack: /(?:^|\/)cozystack\/(?:cozystack\/)?talos(?:[:@]|$)/.test(reference),
    hints:
      plain || id !== undefined
        ? []
        : fallbackNames().filter((name) => !name.includes("-") && words.includes(name)),
  };
}

/** What CozyStack builds into its image, at every version since v1.0 (facts: cozystack-build §2.2, gen-profiles.sh). */
export const cozystackExtensions: readonly string[] = [
  "amd-ucode",
  "amdgpu",
  "bnx2-bnx2x",
  "intel-ice-firmware",
  "i915",
  "intel-ucode",
  "qlogic-firmware",
  "drbd",
  "zfs",
];
