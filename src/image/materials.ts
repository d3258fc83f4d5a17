import type { PinnedImage } from "../catalog/lock-model.ts";
import { pinReference } from "../catalog/pin.ts";
import { type Emit, step } from "../events.ts";
import type { ByteSource } from "../formats/bytes.ts";
import { contentKey } from "../formats/canonical.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import { flatten } from "../oci/flatten.ts";
import { type OciImage, resolveImage } from "../oci/resolve.ts";
import type { ImageSource } from "../oci/source.ts";
import type { Arch } from "../talos/arch.ts";
import { type BootFiles, readBootFiles, rootfsName, writeBootFiles, writeRootfs } from "./boot-files.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { Cache } from "./cache.ts";
import { initramfs } from "./initramfs.ts";
import { makeSegment } from "./make-segment.ts";
import { modulesDepName, writeModulesDep } from "./modules-dep.ts";
import { packedKernel } from "./packed-kernel.ts";
import type { SegmentPlan, TargetInputs } from "./plan-model.ts";
import { tellingImage } from "./progress.ts";
import type { SegmentCache } from "./segment-cache.ts";
import { readSegment, type Segment } from "./segment.ts";
import { virtualFiles } from "./virtual.ts";

/** What the assets of one role on one architecture are made of. Each is made or fetched when it is first asked for. */
export interface Materials {
  bootFiles(): Promise<BootFiles>;
  /** In the order of their layers; `modules.dep` last. */
  segments(): Promise<Segment[]>;
  initramfs(): Promise<ByteSource>;
  /** The kernel as a gzip member, where that makes it smaller. */
  packedKernel(): Promise<ByteSource | undefined>;
  /** The image that installers stand on. */
  base(): Promise<OciImage>;
  /** What several assets share under a name is made once. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>;
}

export interface MaterialOptions {
  cache: Cache;
  source: ImageSource;
  emit: Emit;
  signal?: AbortSignal | undefined;
  /** Where segments are shared with other machines. */
  shared?: SegmentCache | undefined;
}

/** Materials of roles, each piece made once for all that share it. */
export interface Store {
  of(target: TargetInputs): Materials;
  segment(segment: SegmentPlan, target: TargetInputs): Promise<CacheEntry>;
  bootFiles(target: TargetInputs): Promise<CacheEntry>;
}

export function openStore(options: MaterialOptions): Store {
  const once = memo();
  const bootFiles: Store["bootFiles"] = (target) =>
    once(`boot ${target.arch}`, () => makeBootFiles(target, options));
  const segment: Store["segment"] = (plan, target) =>
    once(`segment ${plan.key}`, () => pieceOfExtension(plan, target, options));
  const segments = async (target: TargetInputs): Promise<Segment[]> => {
    const own: Segment[] = [];
    for (const plan of target.segments) own.push(await readSegment(await segment(plan, target), plan.file));
    const key = target.modulesDepKey;
    if (key === undefined) return own;
    const entry = await once(`modules ${key}`, async () =>
      makeModulesDep({ key, target, layers: own, boot: await bootFiles(target) }, options),
    );
    return [...own, await readSegment(entry, `${modulesDepName}.sqsh`)];
  };
  const of = (target: TargetInputs): Materials => {
    const own = memo();
    const materials: Materials = {
      bootFiles: () => own("boot files", async () => readBootFiles(await bootFiles(target))),
      segments: () => own("segments", () => segments(target)),
      initramfs: () =>
        own("initramfs", async () =>
          initramfs((await materials.bootFiles()).initramfs, await materials.segments()),
        ),
      packedKernel: () =>
        once(`packed kernel ${target.arch}`, async () =>
          packedKernel((await materials.bootFiles()).kernel, target, options),
        ),
      base: () => own("base", () => open(target.base, target.arch, options)),
      once: own,
    };
    return materials;
  };
  return { of, segment, bootFiles };
}

/** Makes what a name stands for once; what failed is tried again when it is asked for again. */
function memo(): <T>(name: string, make: () => Promise<T>) => Promise<T> {
  const made = new Map<string, Promise<unknown>>();
  return <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const known = (made.get(name) as Promise<T> | undefined) ?? make();
    made.set(name, known);
    known.catch(() => made.delete(name));
    return known;
  };
}

const open = (pin: PinnedImage, arch: Arch, { source }: MaterialOptions): Promise<OciImage> =>
  resolveImage(source, pinReference(pin), arch);

/** Size of a piece for progress. */
const bytesOf = ({ files }: CacheEntry): number =>
  Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);

const piece = (
  { emit }: MaterialOptions,
  id: string,
  label: string,
  make: () => Promise<CacheEntry>,
): Promise<CacheEntry> =>
  step(emit, id, label, async () => {
    const entry = await make();
    return { ...entry, bytes: bytesOf(entry) };
  });

function makeBootFiles({ bootFiles, arch }: TargetInputs, options: MaterialOptions): Promise<CacheEntry> {
  const key = contentKey({ generation: 1, manifest: bootFiles.manifest, arch });
  const id = `boot-files-${arch}`;
  return piece(options, id, `boot files (${arch})`, () =>
    options.cache.piece("boot-files", key, async (folder) => {
      const image = await open(bootFiles, arch, options);
      await writeBootFiles(tellingImage(image, id, options.emit), arch, folder);
    }),
  );
}

function pieceOfExtension(
  { key, name, from }: SegmentPlan,
  { arch, quirks }: TargetInputs,
  options: MaterialOptions,
): Promise<CacheEntry> {
  const id = `segment-${name}-${arch}`;
  const files = async (): Promise<AsyncIterable<ReadTarEntry>> =>
    "image" in from
      ? flatten(tellingImage(await open(from.image, arch, options), id, options.emit))
      : virtualFiles(from.virtual);
  return piece(options, id, `${name} (${arch})`, () =>
    makeSegment({ key, where: `extension ${name}`, quirks, files }, options),
  );
}

interface ModulesTask {
  key: string;
  target: TargetInputs;
  layers: readonly Segment[];
  boot: CacheEntry;
}

function makeModulesDep(
  { key, target, layers, boot }: ModulesTask,
  options: MaterialOptions,
): Promise<CacheEntry> {
  const { arch, quirks, kernelRelease, bootFiles, segments } = target;
  const { cache, signal } = options;
  const withModules = layers.filter((_, index) => segments[index]?.hasModules);
  return piece(options, `${modulesDepName}-${arch}`, `${modulesDepName} (${arch})`, () =>
    cache.piece("modules-dep", key, async (folder) => {
      const rootfsKey = contentKey({ generation: 1, manifest: bootFiles.manifest, arch });
      const { files } = await cache.piece("rootfs", rootfsKey, async (folder) =>
        writeRootfs((await readBootFiles(boot)).initramfs, folder),
      );
      await cache.scratch((scratch) =>
        writeModulesDep(folder, scratch, {
          quirks,
          rootfs: files[rootfsName]!.path,
          kernelRelease,
          layers: withModules.map(({ layer, manifest }) => ({
            path: layer,
            where: `extension ${manifest.name}`,
          })),
          ...(signal ? { signal } : {}),
        }),
      );
    }),
  );
}
