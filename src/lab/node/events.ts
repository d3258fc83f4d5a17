import { randomBytes } from "node:crypto";
import { packEvent } from "../../talos/api/codec.ts";
import type { EventMessage } from "../../talos/api/types.ts";
import { makeXid } from "../../talos/api/xid.ts";
import type { Clock } from "./clock.ts";

/** Talos keeps this many events; older ones are gone. */
const ringLength = 1000;

/** The runtime events of a node since its boot, with listeners for those to come. */
export interface EventRing {
  publish(typeName: string, value: object): void;
  /** The last `count` events; −1 means all that are kept. */
  tail(count: number): EventMessage[];
  /** The kept events after the one with this id; undefined where it is gone or was never there. */
  after(id: string): EventMessage[] | undefined;
  listen(listener: (event: EventMessage) => void): () => void;
}

export function eventRing(clock: Clock): EventRing {
  let events: EventMessage[] = [];
  let sequence = 0;
  const own = BigInt(`0x${randomBytes(5).toString("hex")}`);
  const listeners = new Set<(event: EventMessage) => void>();
  return {
    publish: (typeName, value) => {
      sequence += 1;
      const event = {
        data: packEvent(typeName, value),
        id: makeXid(clock.now(), own, sequence),
        actorId: "",
      };
      events = [...events, event].slice(-ringLength);
      for (const listener of listeners) listener(event);
    },
    tail: (count) => (count < 0 ? events : count === 0 ? [] : events.slice(-count)),
    after: (id) => {
      const at = events.findIndex((event) => event.id === id);
      return at < 0 ? undefined : events.slice(at + 1);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
