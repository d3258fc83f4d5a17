import { type Ask, type ByteSource, lent, streamed } from "./bytes.ts";

/** A container that cuts content into blocks, each behind a header of fixed length. */
export interface Frame {
  head: Uint8Array;
  tail: Uint8Array;
  /** Bytes of content in every block but the last. */
  blockSize: number;
  blockHeadSize: number;
  blockHead: (size: number, last: boolean) => Uint8Array;
}

/** `data` inside a frame. There is always a last block, if need be an empty one. */
export function framed(data: ByteSource, frame: Frame): ByteSource {
  const { head, tail, blockSize, blockHeadSize } = frame;
  const blocks = Math.max(1, Math.ceil(data.size / blockSize));
  const size = head.length + blocks * blockHeadSize + data.size + tail.length;
  const read = (ask: Ask) =>
    async function* (start = 0, end = size): AsyncGenerator<Uint8Array> {
      // Whole blocks from the one that `start` lies in; what is before and after is cut off.
      const step = blockSize + blockHeadSize;
      const first = Math.min(blocks - 1, Math.max(0, Math.floor((start - head.length) / step)));
      const from = first === 0 ? 0 : head.length + first * step;
      yield* cut(pieces(data, frame, { first, blocks, ask }), from, { start, end });
    };
  return { size, stream: read(streamed), lend: read(lent) };
}

async function* pieces(
  data: ByteSource,
  { head, tail, blockSize, blockHead }: Frame,
  { first, blocks, ask }: { first: number; blocks: number; ask: Ask },
): AsyncGenerator<Uint8Array> {
  if (first === 0) yield head;
  let at = first * blockSize;
  const headAt = (offset: number) => {
    const left = Math.min(blockSize, data.size - offset);
    return blockHead(left, offset / blockSize === blocks - 1);
  };
  if (data.size === 0) yield headAt(0);
  for await (const chunk of ask(data, at)) {
    for (let used = 0; used < chunk.length;) {
      if (at % blockSize === 0) yield headAt(at);
      const take = Math.min(chunk.length - used, blockSize - (at % blockSize));
      yield chunk.subarray(used, used + take);
      used += take;
      at += take;
    }
  }
  yield tail;
}

async function* cut(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  let at = from;
  for await (const chunk of chunks) {
    if (at >= end) return;
    const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += chunk.length;
    if (piece.length > 0) yield piece;
  }
}
