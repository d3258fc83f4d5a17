import { createCipheriv } from "node:crypto";
import { join } from "node:path";
import type { ByteSource } from "../../src/formats/bytes.ts";
import { tarArchive } from "../../src/formats/tar.ts";
import { assembleImage } from "../../src/oci/assemble.ts";
import { createRegistryClient } from "../../src/oci/client.ts";
import { writeLayer } from "../../src/oci/layer.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { pushIndex } from "../../src/oci/transfer.ts";
import { extensionFiles, type SmallUpstream } from "./small-upstream.ts";

const size = 100 << 20;

/** Bytes that do not compress, others for each `name`, made while they are read. */
const noise = (bytes: number, name: string): ByteSource => ({
  size: bytes,
  // oxlint-disable-next-line require-await
  async *stream(start = 0, end = bytes) {
    const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, name), Buffer.alloc(16));
    const zeros = Buffer.alloc(1 << 16);
    for (let at = start; at < end; at += zeros.length)
      yield cipher.update(zeros.subarray(0, Math.min(zeros.length, end - at)));
  },
});

/** Puts an extension of 100 MB into the upstream, as `ghcr.io/acme/<name>:v1`. `folder` is scratch. */
export async function publishBig(upstream: SmallUpstream, name: string, folder: string): Promise<string> {
  const files = [
    ...extensionFiles(name, { version: "v1" }, "arm64"),
    { path: "rootfs/usr/lib/firmware/big.bin", data: noise(size, name) },
  ];
  const layer = await writeLayer(join(folder, "layer"), (await tarArchive(files)).stream());
  const image = assembleImage({ architecture: "arm64", layers: [layer] });
  const pusher = createRegistryClient();
  await pushIndex(pusher, parseReference(`${upstream.registry.host}/acme/${name}:v1`), [image]);
  await pusher.close();
  return `ghcr.io/acme/${name}:v1`;
}
