import { type ConfigDocument, rootKind } from "../../talos/config/document.ts";
import { type ConfigNode, entriesOf, itemsOf, nodeAt, textOf } from "../../talos/config/tree.ts";
import { withoutUser } from "./harmless.ts";
import type { Settled } from "./left-in-config.ts";

interface Mirror {
  host: string;
  endpoints: readonly (ConfigNode | undefined)[];
}

/** Mirrors whose endpoints can all be read, in either form; the documents win. Users and passwords in URLs are taken out and told of. */
export function carriedRegistries(
  documents: readonly ConfigDocument[],
  settled: Settled,
): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const mirror of mirrorsOf(documents)) {
    if (Object.hasOwn(found, mirror.host)) continue;
    const urls = urlsOf(mirror, settled);
    if (urls) found[mirror.host] = urls;
  }
  return found;
}

function mirrorsOf(documents: readonly ConfigDocument[]): Mirror[] {
  const root = documents.find(({ kind }) => kind === rootKind)?.root;
  const own = documents.flatMap(({ kind, name, root }): Mirror[] =>
    kind === "RegistryMirrorConfig" && name !== undefined
      ? [{ host: name, endpoints: itemsOf(nodeAt(root, ["endpoints"])).map((one) => nodeAt(one, ["url"])) }]
      : [],
  );
  const old = entriesOf(nodeAt(root, ["machine", "registries", "mirrors"])).map(
    ([host, { value }]): Mirror => ({
      host,
      endpoints: itemsOf(nodeAt(value, ["endpoints"])),
    }),
  );
  return [...own, ...old];
}

function urlsOf({ host, endpoints }: Mirror, settled: Settled): string[] | undefined {
  const read = endpoints.flatMap((node) => withoutUser(textOf(node) ?? "") ?? []);
  const [first] = endpoints;
  if (!first || read.length < endpoints.length) return undefined;
  for (const node of endpoints) settled.add(node);
  if (read.some(({ hadUser }) => hadUser))
    settled.tell({
      what: `user and password in the endpoints of ${host}`,
      reason: "a secret is never copied: the machine config says them in its registry authentication",
      at: first.at,
    });
  return read.map(({ url }) => url);
}
