import { type ByteSource, collect } from "../formats/bytes.ts";
import { type Pe, readPe, sectionData } from "../formats/pe.ts";
import { emptyContract } from "../talos/contract.ts";
import { archOfPe } from "./arch-of.ts";
import { sourceContent } from "./content.ts";
import { differences } from "./differences.ts";
import { type InitramfsInspection, inspectInitramfs } from "./initramfs.ts";
import type {
  InspectedKernel,
  InspectedProfile,
  InspectedSection,
  InspectedUki,
  Inspection,
} from "./inspection.ts";
import { inspectKernel } from "./kernel.ts";
import { type Known, openKnown } from "./known.ts";
import { type Notice, notice } from "./notice.ts";
import { parseOsRelease } from "./os-release.ts";

/** A UKI as inspected; the part of an inspection that is about it is always there. */
export type UkiInspection = Inspection & { uki: InspectedUki };

/** Text sections are small; what is larger is cut. */
const TEXT_LIMIT = 1 << 16;

/**
 * Everything that a unified kernel image holds, read from its bytes alone: its sections in order, and the kernel and initramfs in them.
 * Format: UAPI.5 (Unified Kernel Image). Errors: FORMAT_INVALID and those of `inspectInitramfs`.
 */
export async function inspectUki(
  source: ByteSource,
  { known = openKnown(), sha256 }: { known?: Known | undefined; sha256?: string | undefined } = {},
): Promise<UkiInspection> {
  const hash = sha256 ?? (await sourceContent(source)).sha256;
  return inspectUkiOf(hash, { known, open: () => Promise.resolve(source) });
}

/** The same of a UKI that is opened only where nothing is known of it. */
export const inspectUkiOf = (
  sha256: string,
  { known, open }: { known: Known; open: () => Promise<ByteSource> },
): Promise<UkiInspection> => known.or("uki", sha256, async () => readUki(await open(), { known, sha256 }));

async function readUki(
  source: ByteSource,
  { known, sha256 }: { known: Known; sha256: string },
): Promise<UkiInspection> {
  const pe = await readPe(source);
  const sections = await sectionsOf(source, pe);
  const parts = await readParts(source, { pe, sections, known });
  const { kernel, inner, osRelease, profiles } = parts;
  return {
    kind: "uki",
    arch: archOfPe(pe.machine),
    ...identityOf(parts),
    extensions: inner?.extensions ?? [],
    contract: inner?.contract ?? emptyContract(),
    notices: noticesOf(parts, pe),
    ...(inner ? { initramfs: inner.initramfs } : {}),
    ...(inner?.faults ? { faults: inner.faults } : {}),
    ...(kernel ? { kernel } : {}),
    uki: {
      bytes: source.size,
      sha256,
      timestamp: pe.timestamp,
      sections,
      profiles,
      osRelease,
    },
  };
}

const identityOf = ({ kernel, inner, osRelease, uname, profiles }: Parts) => ({
  talosVersion: osRelease["VERSION_ID"] ?? inner?.talosVersion ?? null,
  kernelRelease: inner?.kernelRelease ?? uname ?? kernel?.release ?? null,
  cmdline: profiles[0]?.cmdline ?? null,
});

interface Parts {
  kernel: InspectedKernel | null;
  inner: InitramfsInspection | null;
  osRelease: Record<string, string>;
  uname: string | null;
  profiles: InspectedProfile[];
}

async function readParts(
  source: ByteSource,
  { pe, sections, known }: { pe: Pe; sections: readonly InspectedSection[]; known: Known },
): Promise<Parts> {
  const arch = archOfPe(pe.machine);
  const named = (name: string): ByteSource | null => {
    const section = pe.sections.find((each) => each.name === name);
    return section ? sectionData(source, section) : null;
  };
  return {
    kernel: await withSource(named(".linux"), inspectKernel),
    inner: await withSource(named(".initrd"), (initrd) =>
      inspectInitramfs(initrd, {
        known,
        sha256: sections.find(({ name }) => name === ".initrd")?.sha256,
        ...(arch ? { arch } : {}),
      }),
    ),
    osRelease: parseOsRelease((await text(named(".osrel"))) ?? ""),
    uname: await text(named(".uname")),
    profiles: await profilesOf(source, pe),
  };
}

function noticesOf({ kernel, inner, osRelease, uname }: Parts, pe: Pe): Notice[] {
  const arch = archOfPe(pe.machine);
  const versions = { ".osrel": osRelease["VERSION_ID"], "rootfs.sqsh": inner?.talosVersion };
  return [
    ...missingParts(pe),
    ...(inner?.notices ?? []),
    ...differences("kernel-release-differs", "kernel", {
      ".uname": uname,
      ".linux": kernel?.release,
      "rootfs.sqsh": inner?.kernelRelease,
    }),
    ...differences("version-differs", "Talos", versions),
    ...differences("arch-differs", "architecture", { "the UKI": arch, ".linux": kernel?.arch }),
  ];
}

const withSource = async <T>(
  source: ByteSource | null,
  read: (source: ByteSource) => Promise<T | null>,
): Promise<T | null> => (source ? read(source) : null);

const text = (source: ByteSource | null): Promise<string | null> =>
  withSource(source, async (found) =>
    Buffer.from(await collect(found.stream(0, Math.min(found.size, TEXT_LIMIT)), TEXT_LIMIT)).toString(
      "utf8",
    ),
  );

async function sectionsOf(source: ByteSource, { sections }: Pe): Promise<InspectedSection[]> {
  const found: InspectedSection[] = [];
  for (const section of sections) {
    const content = await sourceContent(sectionData(source, section));
    found.push({ name: section.name, offset: section.rawOffset, ...content });
  }
  return found;
}

/** Each `.profile` begins an entry of the boot menu; a `.cmdline` after it takes the place of the one before all of them. */
async function profilesOf(source: ByteSource, { sections }: Pe): Promise<InspectedProfile[]> {
  let base: string | null = null;
  const profiles: { id: string; title: string | null; cmdline: string | null }[] = [];
  for (const section of sections) {
    if (section.name !== ".profile" && section.name !== ".cmdline") continue;
    const content = (await text(sectionData(source, section)))!;
    const current = profiles.at(-1);
    if (section.name === ".profile") {
      const { ID = "main", TITLE = null } = parseOsRelease(content);
      profiles.push({ id: ID, title: TITLE, cmdline: null });
    } else if (current) current.cmdline ??= content;
    else base ??= content;
  }
  if (profiles.length === 0 && base !== null) profiles.push({ id: "main", title: null, cmdline: base });
  return profiles.map((profile) => ({ ...profile, cmdline: profile.cmdline ?? base ?? "" }));
}

const missingParts = ({ sections }: Pe): Notice[] =>
  [".linux", ".initrd", ".cmdline"]
    .filter((name) => !sections.some((section) => section.name === name))
    .map((name) => notice("error", "boot-files-missing", `the UKI has no ${name} section: it cannot start`));
