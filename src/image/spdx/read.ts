import { collect } from "../../formats/bytes.ts";
import { readSquashfs } from "../../formats/squashfs-read.ts";
import { type SpdxDocument, spdxSchema } from "./document.ts";

/** Where extensions keep their SPDX files. */
const PLACES = ["usr/local/share/spdx", "usr/share/spdx"];
const LIMIT = 64 << 20;

/** The SPDX documents in an extension's layer, and the paths of those files among them that cannot be read as such. */
export async function readSpdx(layer: string): Promise<{ documents: SpdxDocument[]; unreadable: string[] }> {
  const documents: SpdxDocument[] = [];
  const unreadable: string[] = [];
  for await (const { header, body } of readSquashfs(layer, { paths: PLACES, limit: LIMIT })) {
    if (header.type !== "file" || !header.path.endsWith(".json")) continue;
    const parsed = parse(Buffer.from(await collect(body, LIMIT)).toString("utf8"));
    if (parsed) documents.push(parsed);
    else unreadable.push(header.path);
  }
  return { documents, unreadable };
}

function parse(text: string): SpdxDocument | undefined {
  try {
    return spdxSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
