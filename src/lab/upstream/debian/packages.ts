import { link, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../../errors.ts";
import type { Emit } from "../../../events.ts";
import { step } from "../../../events.ts";
import { fromFile, sha256 } from "../../../formats/bytes.ts";
import { writeFileWhole } from "../../../formats/files.ts";
import type { Cache } from "../../../image/cache.ts";
import { type Arch, architectures } from "../../../talos/arch.ts";
import { type AvailablePackage, type PrivateApt, privateApt } from "./apt.ts";
import { type DebianMirror, machineMirror } from "./sources.ts";

type Release = "bookworm" | "trixie";

/** One package of the set, at the version this machine has settled on. */
export interface PinnedPackage extends AvailablePackage {
  arch: Arch;
  release: Release;
}

/** What the stand-in upstream is made of, by what each is for. */
export interface PackageSet {
  kernel: PinnedPackage;
  headers: PinnedPackage;
  commonHeaders: PinnedPackage;
  /** Build programs of the kernel, for this machine. */
  kbuild: PinnedPackage;
  busybox: PinnedPackage;
  systemdBoot: PinnedPackage;
  /** With it the stand-in for kube-proxy translates service addresses. */
  iptables: PinnedPackage;
  /** What iptables is linked with. */
  libc: PinnedPackage;
  libip4tc: PinnedPackage;
  libip6tc: PinnedPackage;
  libxtables: PinnedPackage;
}

/** Counts up when a package joins the set: a list of versions from before lacks it. */
const generation = 2;

export interface DebianPackages {
  set: PackageSet;
  /** Path of the `.deb`, its bytes checked. */
  file: (one: PinnedPackage) => string;
}

export interface PackageOptions {
  arch: Arch;
  /** Versions and files are looked up here first. */
  cache: Cache;
  mirror?: DebianMirror;
  /** Looks for newer versions even where some are pinned. */
  refresh?: boolean;
  emit: Emit;
}

/** Architecture of this machine, as Debian calls it. Errors: UNSUPPORTED. */
export function hostArch(): Arch {
  const arch = { arm64: "arm64", x64: "amd64" }[process.arch as string];
  if (arch !== undefined) return arch as Arch;
  throw new RolesError(
    "UNSUPPORTED",
    `the stand-in upstream is made on ${architectures.join(" or ")}, not ${process.arch}`,
  );
}

/**
 * The Debian packages for `arch`. The versions are settled once and pinned in the cache, so that later runs are quick, the same, and
 * need no network. Errors: PACKAGES_UNAVAILABLE, DIGEST_MISMATCH, TOOL_MISSING, NO_SPACE.
 */
export async function debianPackages(options: PackageOptions): Promise<DebianPackages> {
  const { arch, cache, emit, refresh } = options;
  const folder = join(cache.directory, "debian");
  await mkdir(folder, { recursive: true });
  const pins = join(folder, `pins-${arch}-${generation}.json`);
  const held = refresh ? undefined : await readPins(pins);
  const file = (one: PinnedPackage): string => join(folder, `${one.name}_${one.sha256.slice(0, 16)}.deb`);
  if (held && (await missing(held, file)).length === 0) return { set: held, file };
  return step<DebianPackages & { cached?: boolean }>(
    emit,
    `packages ${arch}`,
    `Debian packages for ${arch}`,
    () =>
      cache.scratch(async (scratch) => {
        const set = await fetchSet({ ...options, scratch, held, file });
        return { set: await settle(pins, set, refresh ?? false), file };
      }),
  );
}

async function readPins(path: string): Promise<PackageSet | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as PackageSet);
}

/** Another run may have pinned versions meanwhile: the first one wins. */
async function settle(pins: string, set: PackageSet, replace: boolean): Promise<PackageSet> {
  const mine = `${pins}.${process.pid}`;
  await writeFileWhole(mine, JSON.stringify(set, null, 2));
  if (replace) {
    await rename(mine, pins);
    return set;
  }
  await link(mine, pins).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(mine, { force: true });
  return (await readPins(pins)) ?? set;
}

async function missing(set: PackageSet, file: (one: PinnedPackage) => string): Promise<PinnedPackage[]> {
  const checked = await Promise.all(
    Object.values(set).map(async (one: PinnedPackage) => ({ one, ok: await isWhole(file(one), one) })),
  );
  return checked.filter(({ ok }) => !ok).map(({ one }) => one);
}

const isWhole = async (path: string, { sha256: expected }: AvailablePackage): Promise<boolean> =>
  fromFile(path).then(
    async (content) => (await sha256(content.stream())) === expected,
    () => false,
  );

interface FetchOptions extends PackageOptions {
  scratch: string;
  held: PackageSet | undefined;
  file: (one: PinnedPackage) => string;
}

async function fetchSet(options: FetchOptions): Promise<PackageSet> {
  const mirror = options.mirror ?? (await machineMirror());
  const apts = new Map<string, Promise<PrivateApt>>();
  const apt = (arch: Arch, release: Release): Promise<PrivateApt> => {
    const key = `${arch}-${release}`;
    const known = apts.get(key) ?? readyApt({ arch, release, mirror, folder: join(options.scratch, key) });
    apts.set(key, known);
    return known;
  };
  const set = options.held ?? (await resolveSet(options.arch, apt));
  for (const one of await missing(set, options.file)) {
    const into = await mkdtemp(join(options.scratch, "deb-"));
    await (await apt(one.arch, one.release)).download([one], into);
    const [name = ""] = await readdir(into);
    if (!(await isWhole(join(into, name), one)))
      throw new RolesError("DIGEST_MISMATCH", `package ${one.name} ${one.version} is not what its list says`);
    await rename(join(into, name), options.file(one));
  }
  return set;
}

async function readyApt(options: Parameters<typeof privateApt>[0]): Promise<PrivateApt> {
  const apt = await privateApt(options);
  await apt.update();
  return apt;
}

async function resolveSet(
  arch: Arch,
  apt: (arch: Arch, release: Release) => Promise<PrivateApt>,
): Promise<PackageSet> {
  const pin = async (name: string, release: Release = "bookworm", of = arch): Promise<PinnedPackage> => ({
    ...(await (await apt(of, release)).newest(name)),
    arch: of,
    release,
  });
  const dependency = async (name: string, pattern: RegExp): Promise<string> => {
    const found = (await (await apt(arch, "bookworm")).dependencies(name)).find((one) => pattern.test(one));
    if (found !== undefined) return found;
    throw new RolesError("PACKAGES_UNAVAILABLE", `package ${name} depends on nothing like ${pattern}`);
  };
  // The "cloud" kernel leaves out the drivers of real hardware, and so is a third of the other's size.
  const kernel = await dependency(`linux-image-cloud-${arch}`, /^linux-image-\d/);
  const headers = kernel.replace("linux-image", "linux-headers");
  return {
    kernel: await pin(kernel),
    headers: await pin(headers),
    commonHeaders: await pin(await dependency(headers, /^linux-headers-.*-common$/)),
    kbuild: await pin(await dependency(headers, /^linux-kbuild-/), "bookworm", hostArch()),
    busybox: await pin("busybox-static"),
    // Debian 12's systemd stub knows no profiles and would boot the last command line of a Talos UKI, which wipes the disk.
    systemdBoot: await pin("systemd-boot-efi", "trixie"),
    iptables: await pin("iptables"),
    libc: await pin("libc6"),
    libip4tc: await pin("libip4tc2"),
    libip6tc: await pin("libip6tc2"),
    libxtables: await pin("libxtables12"),
  };
}
