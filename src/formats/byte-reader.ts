import { RolesError } from "../errors.ts";

/** Reads a stream in pieces of the wanted size. Holds one chunk, or as many bytes as one `read` asks for. */
export interface ByteReader {
  /** Bytes taken so far. */
  readonly offset: number;
  /** True when nothing is left. */
  atEnd(): Promise<boolean>;
  /** The next bytes without taking them: fewer than `size` only at the end. */
  peek(size: number): Promise<Uint8Array>;
  /** Exactly `size` bytes; `what` names them in the error. Errors: ARCHIVE_CUT_SHORT when the stream ends before. */
  read(size: number, what: string): Promise<Uint8Array>;
  /** The next `size` bytes as they come. Errors: as `read`. */
  take(size: number, what: string): AsyncGenerator<Uint8Array>;
  /** Passes over `size` bytes. Errors: as `read`. */
  skip(size: number, what: string): Promise<void>;
  /** Ends the source, so that what stands behind it (a file, a child process) is let go. */
  close(): Promise<void>;
}

/** Makes the error for bytes that end in the middle of `what`, at byte `at`. */
export type CutShort = (what: string, at: number) => RolesError;

export function byteReader(chunks: AsyncIterable<Uint8Array>, tooShort: CutShort = cutShort): ByteReader {
  const held = holder(chunks, tooShort);
  return {
    get offset() {
      return held.offset();
    },
    atEnd: async () => (await held.fill(1)) === 0,
    async peek(size) {
      await held.fill(size);
      return held.peek(size);
    },
    async read(size, what) {
      const length = await held.fill(size);
      if (length < size) throw tooShort(what, held.offset() + length);
      return held.consume(size);
    },
    take: (size, what) => take(held, size, what),
    async skip(size, what) {
      for await (const _ of take(held, size, what));
    },
    close: () => held.close(),
  };
}

type Holder = ReturnType<typeof holder>;

/** The bytes that have come from the source and are not yet taken. */
function holder(chunks: AsyncIterable<Uint8Array>, tooShort: CutShort) {
  const source = chunks[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  let offset = 0;
  return {
    tooShort,
    offset: () => offset,
    /** Holds at least `size` bytes, or all that are left; returns how many. */
    async fill(size: number): Promise<number> {
      const parts = [held];
      let length = held.length;
      while (length < size) {
        const { done, value } = await source.next();
        if (done) break;
        parts.push(value);
        length += value.length;
      }
      if (parts.length > 1)
        held = held.length === 0 && parts.length === 2 ? parts[1]! : Buffer.concat(parts, length);
      return length;
    },
    peek: (size: number): Uint8Array => held.subarray(0, size),
    consume(size: number): Uint8Array {
      const bytes = held.subarray(0, size);
      held = held.subarray(size);
      offset += bytes.length;
      return bytes;
    },
    async close(): Promise<void> {
      held = new Uint8Array();
      await source.return?.();
    },
  };
}

async function* take(held: Holder, size: number, what: string): AsyncGenerator<Uint8Array> {
  let expected = held.offset();
  for (let left = size; left > 0;) {
    if (held.offset() !== expected) throw outOfTurn(what);
    if ((await held.fill(1)) === 0) throw held.tooShort(what, expected);
    const bytes = held.consume(left);
    left -= bytes.length;
    expected = held.offset();
    yield bytes;
  }
}

const cutShort: CutShort = (what, at) =>
  new RolesError("ARCHIVE_CUT_SHORT", `the bytes end in the middle of ${what}, at byte ${at}`, {
    hint: "The file is cut short: fetch or build it again.",
  });

const outOfTurn = (what: string): RolesError =>
  new RolesError("ARCHIVE_INVALID", `${what} was read after the reader had moved on`, {
    hint: "Read the body of an entry before asking for the next entry.",
  });
