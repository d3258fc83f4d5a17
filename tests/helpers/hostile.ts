import fc from "fast-check";
import { RolesError } from "../../src/errors.ts";

/** Bytes made from good ones by what goes wrong on disks and lines, and by what an attacker does: cuts, flips, overwrites, doubled and lost pieces. */
const damaged = (good: Uint8Array): fc.Arbitrary<Buffer> => {
  const at = fc.nat({ max: Math.max(0, good.length - 1) });
  const change = fc.oneof(
    fc.record({ kind: fc.constant("cut" as const), at }),
    fc.record({
      kind: fc.constant("set" as const),
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    }),
    fc.record({ kind: fc.constant("fill" as const), at, byte: fc.constantFrom(0, 0x30, 0x7f, 0x80, 0xff) }),
    fc.record({ kind: fc.constant("double" as const), at, size: fc.nat({ max: 600 }) }),
    fc.record({ kind: fc.constant("lose" as const), at, size: fc.nat({ max: 600 }) }),
  );
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) => changes.reduce<Buffer>(applied, Buffer.from(good)));
};

type Change = { at: number } & (
  | { kind: "cut" }
  | { kind: "set"; bytes: Uint8Array }
  | { kind: "fill"; byte: number }
  | { kind: "double" | "lose"; size: number }
);

function applied(bytes: Buffer, change: Change): Buffer {
  const [before, after] = [bytes.subarray(0, change.at), bytes.subarray(change.at)];
  switch (change.kind) {
    case "cut":
      return before;
    case "set":
      return Buffer.concat([before, change.bytes, after.subarray(change.bytes.length)]);
    case "fill":
      return Buffer.concat([before, Buffer.alloc(Math.min(8, after.length), change.byte), after.subarray(8)]);
    case "double":
      return Buffer.concat([before, after.subarray(0, change.size), after]);
    case "lose":
      return Buffer.concat([before, after.subarray(change.size)]);
  }
}

/** Reads damaged forms of `good`: each must end, in time, with a result or with a coded error. */
export async function survivesDamage(
  good: Uint8Array,
  read: (bytes: Buffer) => Promise<unknown>,
  { numRuns = 300, milliseconds = 5000 }: { numRuns?: number; milliseconds?: number } = {},
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(damaged(good), async (bytes) => {
      const outcome = await inTime(
        read(bytes).catch((error: unknown) => {
          if (error instanceof RolesError) return;
          throw error;
        }),
        milliseconds,
      );
      return outcome !== "late";
    }),
    { numRuns, endOnFailure: true },
  );
}

async function inTime(work: Promise<unknown>, milliseconds: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve("late"), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
