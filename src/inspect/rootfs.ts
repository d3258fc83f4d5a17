import { collect } from "../formats/bytes.ts";
import type { SquashfsEntry } from "../formats/squashfs-listing.ts";
import { listSquashfs, readSquashfs, readSuperblock } from "../formats/squashfs-read.ts";
import type { Arch } from "../talos/arch.ts";
import { archOfElf } from "./arch-of.ts";
import { parseOsRelease } from "./os-release.ts";

export interface RootfsContent {
  compression: string;
  entries: number;
  /** Every release that there are kernel modules for; Talos has exactly one. */
  releases: string[];
  arch: Arch | null;
  osRelease: Record<string, string>;
}

const OS_RELEASE = ["usr/lib/os-release", "etc/os-release"];
/** Programs whose first bytes tell the architecture; one would do. */
const PROGRAMS = 5;
const TEXT_LIMIT = 1 << 16;

/** What the root file system of Talos tells of itself. Errors: ARCHIVE_INVALID, FORMAT_INVALID. */
export async function readRootfs(path: string): Promise<RootfsContent> {
  const { compression } = await readSuperblock(path);
  const entries = await listSquashfs(path);
  const modules = entries.filter(({ path, type }) => type === "file" && path.endsWith(".ko"));
  const programs = [...entries.filter(isProgram).slice(0, PROGRAMS), ...modules.slice(0, 1)];
  const paths = [...OS_RELEASE, ...programs.map((entry) => entry.path)];
  let arch: Arch | null = null;
  let osRelease: Record<string, string> = {};
  for await (const { header, body } of readSquashfs(path, { paths })) {
    if (header.type !== "file") continue;
    if (OS_RELEASE.includes(header.path)) osRelease = parseOsRelease(await text(body));
    else arch ??= archOfElf(await head(body));
  }
  return { compression, entries: entries.length, releases: releasesOf(entries), arch, osRelease };
}

const isProgram = ({ path, type, mode, size }: SquashfsEntry): boolean =>
  type === "file" && (mode & 0o111) !== 0 && size >= 64 && /^(?:usr\/)?s?bin\//.test(path);

const releasesOf = (entries: readonly SquashfsEntry[]): string[] =>
  entries
    .filter(({ type }) => type === "directory")
    .map(({ path }) => /^(?:usr\/)?lib\/modules\/([^/]+)$/.exec(path)?.[1])
    .filter((release) => release !== undefined);

const text = async (body: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.from(await collect(body, TEXT_LIMIT)).toString("utf8");

async function head(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of body) if (chunk.length >= 20) return chunk;
  return new Uint8Array();
}
