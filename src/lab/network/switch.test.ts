import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { framed, frameReader } from "./frames.ts";
import { type LabSwitch, labSwitch } from "./switch.ts";

/** A network card: frames it was sent, and a way to send some. */
function card(on: LabSwitch, port: string) {
  const got: string[] = [];
  const read = frameReader((frame) => got.push(frame.toString("hex")));
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      read(chunk);
      done();
    },
  });
  on.plug(port, stream);
  return { got, stream, send: (frame: string) => stream.push(framed(Buffer.from(frame, "hex"))) };
}

const everyone = "ffffffffffff";
const mac = (number: number): string => `52540000000${number}`;
const frame = (target: string, source: string, text: string): string =>
  `${target}${source}0800${Buffer.from(text).toString("hex")}`;
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe("the lab's switch", () => {
  it("floods what it does not know, and sends to one port what it has learned", async () => {
    const on = labSwitch();
    const [a, b, c] = [card(on, "a"), card(on, "b"), card(on, "c")];
    a.send(frame(everyone, mac(1), "who has b?"));
    await quiet();
    expect([b.got.length, c.got.length, a.got.length]).toEqual([1, 1, 0]);
    b.send(frame(mac(1), mac(2), "I"));
    await quiet();
    expect(a.got).toEqual([frame(mac(1), mac(2), "I")]);
    expect(c.got.length).toBe(1);
    a.send(frame(mac(2), mac(1), "hello b"));
    await quiet();
    expect(b.got.at(-1)).toBe(frame(mac(2), mac(1), "hello b"));
    expect(c.got.length).toBe(1);
    expect(on.traffic()).toContainEqual({ from: "a", to: "b", frames: 2, bytes: 45 });
  });

  it("follows a machine that is plugged in anew, and sends nothing to one that is gone", async () => {
    const on = labSwitch();
    const [a, b] = [card(on, "a"), card(on, "b")];
    b.send(frame(everyone, mac(2), "here"));
    await quiet();
    b.stream.destroy();
    await quiet();
    a.send(frame(mac(2), mac(1), "lost"));
    await quiet();
    const again = card(on, "b");
    a.send(frame(mac(2), mac(1), "found"));
    await quiet();
    expect(b.got).toEqual([]);
    expect(again.got).toEqual([frame(mac(2), mac(1), "found")]);
  });

  it("ends the line of a port that sends no frames, and hands on nothing too short to be one", async () => {
    const on = labSwitch();
    const [a, b] = [card(on, "a"), card(on, "b")];
    a.send("0102");
    await quiet();
    expect(b.got).toEqual([]);
    a.stream.push(Buffer.from("ffffffff00", "hex"));
    await quiet();
    expect(a.stream.destroyed).toBe(true);
  });
});
