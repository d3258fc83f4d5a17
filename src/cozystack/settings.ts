import type { Arch } from "../talos/arch.ts";

/** Values of the patch's parameters for one role; what is absent keeps upstream's default. */
export interface Settings {
  ARCH?: Arch;
  /** Names with blanks between. */
  EXTENSIONS?: string;
  /** Empty means none. */
  FIRMWARES?: string;
  /** `-compute`: follows the names talos and matchbox. */
  IMAGE_SUFFIX?: string;
  /** Talos version that `make update` writes into the profiles; without it, the newest release. */
  TALOS_PIN?: string;
}

/** As words of make's command line: there they reach every sub-make and script. */
export const makeWords = (settings: Settings): string[] =>
  Object.entries(settings).map(([name, value]) => `${name}=${value}`);
