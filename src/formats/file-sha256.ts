import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const CHUNK = 1 << 18;

/** Lower-case hex sha256 of a file, read through one buffer; undefined where there is no such file. */
export async function fileSha256(path: string): Promise<string | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const hash = createHash("sha256");
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
