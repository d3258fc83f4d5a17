import { quirksOf } from "../talos/quirks.ts";

/** Where Sidero Labs publishes everything that images are made from. */
export const upstream = "ghcr.io/siderolabs";

/** The image that lists the official extensions of a Talos version. */
export const extensionListReference = (talos: string): string => `${upstream}/extensions:${talos}`;

/** What an installer stands on. */
export const baseReference = (talos: string): string =>
  `${upstream}/${quirksOf(talos).installerBase ? "installer-base" : "installer"}:${talos}`;

/** The image with kernel, initramfs, stub and boot manager. */
export const imagerReference = (talos: string): string => `${upstream}/imager:${talos}`;

/** How Image Factory names an official extension. */
export const schematicName = (extension: string): string => `siderolabs/${extension}`;

/** Where boot files lie in an image that has them, without a leading slash. */
export const bootFile = (arch: string, name: string): string => `usr/install/${arch}/${name}`;
