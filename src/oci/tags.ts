import { z } from "zod";
import { RolesError } from "../errors.ts";
import { ask, type Connection } from "./connection.ts";
import { parseDocument } from "./document.ts";
import { formatReference, isTag, type Reference } from "./reference.ts";
import { collectManifest } from "./source.ts";

const page = z.looseObject({ tags: z.array(z.string()).nullable() });
const MAX_PAGES = 200;

/** Every tag of a repository, through all pages. Errors: REGISTRY_NOT_FOUND, REGISTRY_PROTOCOL. */
export async function listTags(connection: Connection, repository: Reference): Promise<string[]> {
  const what = `the tags of ${formatReference({ registry: repository.registry, repository: repository.repository })}`;
  const found: string[] = [];
  let path: string | undefined = "tags/list?n=1000";
  for (let pages = 0; path !== undefined; pages++) {
    if (pages === MAX_PAGES) throw new RolesError("REGISTRY_PROTOCOL", `${what} have no end`);
    const response = await ask(connection, repository, path);
    const { tags } = parseDocument(await collectManifest(response.body, undefined, what), page, what);
    found.push(...(tags ?? []).filter(isTag));
    path = nextPage(response.headers["link"], path);
  }
  return found;
}

/** The path of the page after `path` (RFC 8288 `Link: <…?n=1000&last=y>; rel="next"`). Only the link's query is used: the page is asked for where the first one was. */
export function nextPage(link: string | undefined, path: string): string | undefined {
  const query = /<[^>]*(\?[^>]*)>\s*;[^,]*rel="?next"?/.exec(link ?? "")?.[1];
  return query === undefined ? undefined : path.replace(/\?.*$/, "") + query;
}
