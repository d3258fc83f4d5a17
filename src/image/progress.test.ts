import { expect, it, vi } from "vitest";
import { telling } from "./progress.ts";

it("tells of bytes no more often than a display is drawn, and passes every chunk on", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const told: number[] = [];
    const chunks: number[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 10; index += 1) {
        await Promise.resolve();
        vi.advanceTimersByTime(40);
        yield new Uint8Array(10);
      }
    }
    for await (const chunk of telling(source(), (bytes) => told.push(bytes))) chunks.push(chunk.length);
    expect(chunks.length).toBe(10);
    expect(told).toEqual([30, 60, 90]);
  } finally {
    vi.useRealTimers();
  }
});
