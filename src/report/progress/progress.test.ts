import { afterEach, describe, expect, it, vi } from "vitest";
import type { RolesEvent } from "../../events.ts";
import { liveProgress } from "./live.ts";
import { progressReporter } from "./mode.ts";
import { plainProgress } from "./plain.ts";

const events: RolesEvent[] = [
  { type: "step-started", id: "a", label: "segment drbd", totalBytes: 4096 },
  { type: "step-progress", id: "a", bytes: 1024 },
  { type: "note", level: "warning", text: "no registry cache" },
  { type: "step-finished", id: "a", label: "segment drbd", seconds: 1.25, bytes: 4096, cached: false },
  { type: "step-finished", id: "b", label: "segment zfs", seconds: 0, cached: true },
];

function collector(extra: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { written, stream: { write: (text: string) => written.push(text), ...extra } };
}

function shown(options: Omit<Parameters<typeof progressReporter>[0], "stream">, tty = false): string {
  const { written, stream } = collector({ isTTY: tty, columns: 40 });
  const { emit, close } = progressReporter({ ...options, stream });
  events.forEach(emit);
  close();
  return written.join("");
}

describe("progress", () => {
  it("elsewhere than on a terminal is plain lines without a control character", () => {
    const plain = "warning: no registry cache\nsegment drbd: 4.0 KiB, 1.3 s\nsegment zfs: cached\n";
    expect(shown({ mode: "auto" })).toBe(plain);
    expect(shown({ mode: "plain" }, true)).toBe(plain);
    expect(shown({ mode: "auto", term: "dumb" }, true)).toBe(plain);
  });

  it("as JSON is the events, one a line", () => {
    const lines = shown({ mode: "json" }, true).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events);
  });

  it("none is nothing", () => {
    expect(shown({ mode: "none" }, true)).toBe("");
  });

  it("for GitHub has warnings as annotations", () => {
    expect(shown({ mode: "auto", github: true })).toContain("::warning::no registry cache\n");
  });
});

it("plain tells how far all of it is, every ten seconds at most", () => {
  let now = 0;
  const { written, stream } = collector();
  const { emit } = plainProgress(stream, () => now);
  for (now = 0; now <= 21_000; now += 1000)
    emit({ type: "overall", assets: { done: 0, total: 2 }, bytes: 0, secondsLeft: 30 - now / 1000 });
  expect(written).toEqual(["0 of 2 assets, about 20 s left\n", "0 of 2 assets, about 10 s left\n"]);
});

describe("live progress", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("redraws what runs, lets what ended scroll up, and takes itself away", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    let now = 0;
    const { written, stream } = collector({ isTTY: true, columns: 60 });
    const { emit, close } = liveProgress(stream, () => now);
    const take = () => written.splice(0).join("");
    emit({ type: "step-started", id: "a", label: "segment drbd", totalBytes: 4096 });
    emit({ type: "step-progress", id: "a", bytes: 1024 });
    now = 1000;
    vi.advanceTimersByTime(100);
    expect(take()).toBe("segment drbd  25 %  1.0 KiB of 4.0 KiB  1.0 KiB/s  1.0 s\n");
    const assets = { done: 3, total: 20 };
    emit({ type: "overall", assets, bytes: 4096, secondsLeft: 74.2 });
    vi.advanceTimersByTime(100);
    expect(take().split("\n").slice(1)).toEqual(["3 of 20 assets, 4.0 KiB written, about 75 s left", ""]);
    emit({ type: "step-finished", id: "a", label: "segment drbd", seconds: 1, cached: false });
    expect(take()).toBe("\u001B[2A\u001B[0Jsegment drbd: 1.0 s\n");
    emit({ type: "step-started", id: "b", label: `${"very ".repeat(20)}long` });
    vi.advanceTimersByTime(100);
    const [line] = take().split("\n");
    expect(line).toHaveLength(59);
    close();
    expect(take()).toBe("\u001B[2A\u001B[0J");
    vi.advanceTimersByTime(1000);
    expect(take()).toBe("");
  });
});
