import { RolesError } from "../errors.ts";
import { collect, fromBytes } from "../formats/bytes.ts";
import { safePath } from "../formats/safe-path.ts";
import type { ReadTarEntry, ReadTarHeader } from "../formats/tar-read.ts";
import type { Budget } from "./budget.ts";
import { type LayeredImage, readLayer } from "./layer-read.ts";
import type { Descriptor } from "./model.ts";

export interface HardLink {
  path: string;
  target: string;
}

/** A target of up to this size is kept while its links are made; the layer is read again for every link to a larger one. Bytes. */
const KEPT = 8 << 20;

/**
 * The files that hard links stand for, found by reading the link's layer and those below it once more.
 * `layers`: the link's own first. Errors: ARCHIVE_INVALID for a link to nothing, or to something that is no file.
 */
export async function* resolveLinks(
  image: LayeredImage,
  layers: readonly Descriptor[],
  links: readonly HardLink[],
  budget: Budget,
): AsyncGenerator<ReadTarEntry> {
  const wanted = group(withoutChains(links));
  for (const layer of layers) {
    while (wanted.size > 0) {
      const before = countOf(wanted);
      yield* pass(image, layer, wanted, budget);
      if (countOf(wanted) === before) break;
    }
  }
  for (const [target, paths] of wanted) throw dangling(paths[0] ?? "", target);
}

/** One reading of a layer: serves every link to a small file, and one link to each larger one. */
async function* pass(
  image: LayeredImage,
  layer: Descriptor,
  wanted: Map<string, string[]>,
  budget: Budget,
): AsyncGenerator<ReadTarEntry> {
  for await (const { header, body } of readLayer(image, layer, budget)) {
    const target = safePath(header.path, { allowAbsolute: true });
    const paths = wanted.get(target);
    if (!paths || header.type === "link") continue;
    if (header.type === "directory") throw dangling(paths[0] ?? "", target);
    if (header.size > KEPT) {
      yield { header: renamed(header, paths.shift() ?? ""), body };
      if (paths.length === 0) wanted.delete(target);
      continue;
    }
    wanted.delete(target);
    const bytes = fromBytes(await collect(body, KEPT));
    for (const path of paths) {
      budget.spend(header.size);
      yield { header: renamed(header, path), body: bytes.stream() };
    }
  }
}

const renamed = (header: ReadTarHeader, path: string): ReadTarHeader => ({ ...header, path });

const countOf = (wanted: Map<string, string[]>): number =>
  [...wanted.values()].reduce((sum, { length }) => sum + length, 0);

function group(links: readonly HardLink[]): Map<string, string[]> {
  const byTarget = new Map<string, string[]>();
  for (const { path, target } of links) byTarget.set(target, [...(byTarget.get(target) ?? []), path]);
  return byTarget;
}

/** A link to a link of the same layer is a link to what that one names. */
function withoutChains(links: readonly HardLink[]): HardLink[] {
  const targets = new Map(links.map(({ path, target }) => [path, target]));
  return links.map(({ path, target }) => {
    let end = target;
    for (let hops = 0; targets.has(end); hops++) {
      if (hops > links.length) throw dangling(path, target);
      end = targets.get(end) ?? "";
    }
    return { path, target: end };
  });
}

const dangling = (path: string, target: string): RolesError =>
  new RolesError(
    "ARCHIVE_INVALID",
    `the hard link ${JSON.stringify(path)} leads to ${JSON.stringify(target)}, which is no file of the image`,
  );
