import type { Duplex } from "node:stream";
import { framed, frameReader } from "./frames.ts";

/** What one port has sent to another. */
export interface Traffic {
  from: string;
  to: string;
  frames: number;
  bytes: number;
}

/** The lab's layer 2: a learning switch that the network cards of QEMU machines are plugged into. */
export interface LabSwitch {
  /** Connects a machine's card; a machine that boots again is plugged in anew. */
  plug(port: string, stream: Duplex): void;
  /** Frames delivered so far, broadcasts to each that got them. */
  traffic: () => Traffic[];
  close(): void;
}

/** A machine that does not take its frames loses them, as on any switch. Bytes. */
const queueLimit = 4 * 1024 * 1024;
const addressBytes = 6;

export function labSwitch(): LabSwitch {
  const ports = new Map<string, Duplex>();
  /** Ethernet address → port it was last seen on. */
  const learned = new Map<string, string>();
  const counts = new Map<string, Traffic>();

  const deliver = (from: string, to: string, frame: Buffer): void => {
    const stream = ports.get(to);
    if (!stream || stream.destroyed || stream.writableLength > queueLimit) return;
    stream.write(framed(frame));
    const key = `${from}\0${to}`;
    const count = counts.get(key) ?? { from, to, frames: 0, bytes: 0 };
    counts.set(key, { ...count, frames: count.frames + 1, bytes: count.bytes + frame.length });
  };
  const forward = (from: string, frame: Buffer): void => {
    if (frame.length < 2 * addressBytes) return;
    const [target, source] = [frame.toString("hex", 0, 6), frame.toString("hex", 6, 12)];
    learned.set(source, from);
    const known = isGroup(frame) ? undefined : learned.get(target);
    if (known !== undefined) {
      if (known !== from) deliver(from, known, frame);
      return;
    }
    for (const to of ports.keys()) if (to !== from) deliver(from, to, frame);
  };
  return {
    plug: (port, stream) => {
      ports.set(port, stream);
      const read = frameReader((frame) => forward(port, frame));
      stream.on("data", (chunk: Uint8Array) => {
        if (!read(chunk)) stream.destroy();
      });
      const unplug = (): void => {
        if (ports.get(port) === stream) ports.delete(port);
      };
      stream.on("close", unplug);
      stream.on("error", unplug);
    },
    traffic: () => [...counts.values()],
    close: () => {
      for (const stream of ports.values()) stream.destroy();
      ports.clear();
    },
  };
}

/** Broadcast and multicast: the lowest bit of the first byte of the target. */
const isGroup = (frame: Buffer): boolean => ((frame[0] ?? 0) & 1) === 1;
