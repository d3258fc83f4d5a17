import { randomUUID } from "node:crypto";
import { sha256 } from "../../formats/bytes.ts";
import { type Digest, digestHex, isDigest } from "../digest.ts";
import { isRepository } from "../reference.ts";
import type { Call } from "./call.ts";
import { refusal, type Reply } from "./reply.ts";
import { repositoryIn } from "./repository.ts";

/** POST to `/v2/<name>/blobs/uploads/`: opens an upload, takes a whole blob, or mounts one from another repository. */
export async function openUpload(call: Call): Promise<Reply> {
  const { url, store, repository, name } = call;
  if (call.method !== "POST") return refusal(405, "UNSUPPORTED", "no such method here");
  const mount = url.searchParams.get("mount");
  const from = url.searchParams.get("from");
  if (mount !== null && isDigest(mount) && from !== null && isRepository(from)) {
    if (await repositoryIn(store, from).blob(mount)) {
      await repository.linkBlob(mount);
      return created(name, mount);
    }
  }
  const id = randomUUID();
  await store.put(`uploads/${id}`, new Uint8Array());
  if (url.searchParams.has("digest")) return commit({ ...call, target: id });
  return { status: 202, headers: { location: `/v2/${name}/blobs/uploads/${id}`, range: "0-0" } };
}

/** GET, PATCH, PUT and DELETE of one upload. */
export async function upload(call: Call): Promise<Reply> {
  const found = /^[0-9a-f-]{36}$/.test(call.target)
    ? await call.store.get(`uploads/${call.target}`)
    : undefined;
  if (!found) return refusal(404, "BLOB_UPLOAD_UNKNOWN", "no such upload");
  if (call.method === "GET") return progress(call, found.size, 204);
  if (call.method === "DELETE") return abandon(call);
  if (!continues(call.headers["content-range"], found.size)) return progress(call, found.size, 416);
  if (call.method === "PATCH")
    return progress(call, await call.store.append(`uploads/${call.target}`, call.body), 202);
  if (call.method === "PUT") return commit(call);
  return refusal(405, "UNSUPPORTED", "no such method here");
}

const continues = (range: string | undefined, size: number): boolean =>
  range === undefined || Number(/^(\d+)-\d+$/.exec(range)?.[1]) === size;

const progress = ({ name, target }: Call, size: number, status: number): Reply => ({
  status,
  headers: { location: `/v2/${name}/blobs/uploads/${target}`, range: `0-${Math.max(0, size - 1)}` },
});

async function abandon({ store, target }: Call): Promise<Reply> {
  await store.remove(`uploads/${target}`);
  return { status: 204 };
}

async function commit({ store, repository, url, name, target, body }: Call): Promise<Reply> {
  const key = `uploads/${target}`;
  const digest = url.searchParams.get("digest") ?? "";
  if (!isDigest(digest)) return refusal(400, "DIGEST_INVALID", "not a sha256 digest");
  await store.append(key, body);
  const content = await store.get(key);
  if (!content || `sha256:${await sha256(content.stream())}` !== digest) {
    await store.remove(key);
    return refusal(400, "DIGEST_INVALID", "the content has another digest");
  }
  await store.move(key, `blobs/${digestHex(digest)}`);
  await repository.linkBlob(digest);
  return created(name, digest);
}

const created = (name: string, digest: Digest): Reply => ({
  status: 201,
  headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest },
});
