import { type ByteSource, fromText } from "../formats/bytes.ts";
import { appendSections, type NewSection } from "../formats/pe-append.ts";
import { osRelease } from "../talos/os-release.ts";
import { quirksOf } from "../talos/quirks.ts";

/** Which boot menu a UKI has beside its main entry: facts §4.1. */
export type UkiMenu = "none" | "installer" | "iso";

export interface UkiOptions {
  /** Talos version, verbatim. */
  version: string;
  kernelRelease: string;
  cmdline: string;
  menu: UkiMenu;
  stub: ByteSource;
  kernel: ByteSource;
  initramfs: ByteSource;
}

const entries = {
  none: [],
  installer: [
    {
      id: "reset-maintenance",
      title: "Reset to maintenance mode",
      args: "talos.experimental.wipe=system:EPHEMERAL,STATE",
    },
  ],
  iso: [{ id: "reset", title: "Reset system disk", args: "talos.experimental.wipe=system" }],
} as const satisfies Record<UkiMenu, readonly { id: string; title: string; args: string }[]>;

/**
 * A unified kernel image, its sections in the order of Talos' own. The splash picture is left out: it is Sidero Labs' and no stub needs it.
 * Errors: FORMAT_INVALID (no usable stub), ARCHIVE_TOO_LARGE.
 */
export async function unifiedKernelImage(options: UkiOptions): Promise<ByteSource> {
  const { version, kernelRelease, cmdline, stub, kernel, initramfs } = options;
  return appendSections(stub, [
    text(".osrel", osRelease(version)),
    text(".cmdline", cmdline),
    text(".uname", kernelRelease),
    { name: ".linux", data: kernel },
    { name: ".initrd", data: initramfs },
    ...profiles(options),
  ]);
}

function profiles({ version, cmdline, menu }: UkiOptions): NewSection[] {
  if (!quirksOf(version).ukiProfiles) return [];
  const extra = entries[menu].flatMap(({ id, title, args }) => [
    text(".profile", `ID=${id}\nTITLE=${title}`),
    text(".cmdline", `${cmdline} ${args}`),
  ]);
  return [text(".profile", "ID=main"), ...extra];
}

/** The boot menu entries of such a UKI, in order. */
export const ukiProfiles = ({
  version,
  cmdline,
  menu,
}: Pick<UkiOptions, "version" | "cmdline" | "menu">): { id: string; cmdline: string }[] => [
  { id: "main", cmdline },
  ...(quirksOf(version).ukiProfiles ? entries[menu] : []).map(({ id, args }) => ({
    id,
    cmdline: `${cmdline} ${args}`,
  })),
];

const text = (name: string, content: string): NewSection => ({ name, data: fromText(content) });
