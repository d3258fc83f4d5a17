/** Longer than any Ethernet frame that a machine of the lab sends, segmentation offload included. */
const longestFrame = 128 * 1024;
const headerBytes = 4;

/** A frame as QEMU's stream network carries it: its length as four bytes, big-endian, in front. */
export function framed(frame: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(frame.length);
  return Buffer.concat([header, frame]);
}

/** Takes a stream apart into frames, whatever pieces it comes in. Returns false for good once the stream is none of frames. */
export function frameReader(take: (frame: Buffer) => void): (chunk: Uint8Array) => boolean {
  let parts: Buffer[] = [];
  let held = 0;
  let broken = false;
  return (chunk) => {
    if (broken) return false;
    parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    held += chunk.byteLength;
    if (held < headerBytes) return true;
    let bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    while (bytes.length >= headerBytes) {
      const length = bytes.readUInt32BE(0);
      if (length > longestFrame) {
        broken = true;
        return false;
      }
      if (bytes.length < headerBytes + length) break;
      take(bytes.subarray(headerBytes, headerBytes + length));
      bytes = bytes.subarray(headerBytes + length);
    }
    parts = bytes.length > 0 ? [bytes] : [];
    held = bytes.length;
    return true;
  };
}
