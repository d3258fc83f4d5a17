import { createBudget } from "./budget.ts";
import { safePath } from "../formats/safe-path.ts";
import type { ReadTarEntry, ReadTarHeader } from "../formats/tar-read.ts";
import { type LayeredImage, readLayer } from "./layer-read.ts";
import { type HardLink, resolveLinks } from "./links.ts";
import { createOverlay, type Overlay } from "./overlay.ts";

/** One file, directory or other entry of an image; `header.path` is checked and relative to the root, and never a hard link. */
export type ImageEntry = ReadTarEntry;

/** Bytes that an image may become; a real one has a few gigabytes at most. */
export interface FlattenLimits {
  /** Of all its layers' tar streams together. */
  unpacked: number;
  /** For its hard links: of what is read a second time to find them, and of the files that they become. */
  linked: number;
}

const largest: FlattenLimits = { unpacked: 16 * 2 ** 30, linked: 64 * 2 ** 30 };

const WHITEOUT = ".wh.";

/**
 * Every entry that the image has when its layers lie upon each other, each once, nothing unpacked to disk. The uppermost layer's
 * entries come first, in their order; hard links come after the other entries of their layer, as files of their own.
 * A body must be read before the next entry is asked for. Symbolic links are passed on as they are: do not follow them unchecked.
 * The digests of the layers are checked at their ends, so nothing is to be kept if this fails.
 * Errors: ARCHIVE_INVALID, ARCHIVE_PATH_ESCAPES, ARCHIVE_TOO_LARGE, UNSUPPORTED, and those of `blob`.
 */
export async function* flatten(
  image: LayeredImage,
  { unpacked, linked }: FlattenLimits = largest,
): AsyncGenerator<ImageEntry> {
  const overlay = createOverlay();
  const budgets = { read: createBudget(unpacked), link: createBudget(linked) };
  const { layers } = image.manifest;
  for (let at = layers.length - 1; at >= 0; at--) {
    const links: HardLink[] = [];
    for await (const entry of readLayer(image, layers[at]!, budgets.read)) {
      const visible = take(entry, overlay);
      if (visible?.header.type === "link") links.push(toLink(visible.header));
      else if (visible) yield visible;
    }
    // A hard link's target is in its own layer or below it.
    yield* resolveLinks(image, layers.slice(0, at + 1).toReversed(), links, budgets.link);
    overlay.descend();
  }
}

/** The entry with its checked path, or undefined when the image does not have it. */
function take({ header, body }: ReadTarEntry, overlay: Overlay): ImageEntry | undefined {
  const path = safePath(header.path, { allowAbsolute: true });
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  if (name.startsWith(WHITEOUT)) {
    noteWhiteout(path.slice(0, slash), name, overlay);
    return undefined;
  }
  const isDirectory = header.type === "directory";
  if (path === "" || !overlay.add(path, isDirectory) || overlay.hides(path, isDirectory)) return undefined;
  return { header: { ...header, path }, body };
}

/** Other names that begin with `.wh..wh.` are bookkeeping of AUFS. */
function noteWhiteout(directory: string, name: string, overlay: Overlay): void {
  if (name === ".wh..wh..opq") overlay.whiteout(safePath(directory), "below");
  else if (!name.startsWith(".wh..wh."))
    overlay.whiteout(safePath(directory + name.slice(WHITEOUT.length)), "path");
}

const toLink = (header: ReadTarHeader): HardLink => ({
  path: header.path,
  target: safePath(header.linkTarget, { allowAbsolute: true }),
});
