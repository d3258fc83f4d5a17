import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { RolesError } from "../../errors.ts";

/** The first word of a guest: it has mounted its layers and listens. */
export interface Hello {
  kernelRelease: string;
  /** `uname -m`. */
  machine: string;
}

export interface Reply {
  ok: boolean;
  text: string;
}

/** The line to the agent in a guest: questions with their answers, and what it says unasked. */
export interface GuestLink {
  hello: Promise<Hello>;
  ask(verb: string, ...words: string[]): Promise<Reply>;
  onExit(listener: (exit: { service: string; code: number; lastLog: string }) => void): void;
  close(): void;
}

interface Line {
  event?: string;
  re?: number;
  ok?: boolean;
  text?: string;
  kernelRelease?: string;
  machine?: string;
  service?: string;
  code?: number;
}

const decoded = (text = ""): string => Buffer.from(text, "base64").toString("utf8");

/** Speaks the agent's line protocol (src/lab/guest/agent.ts) over a stream. Errors of `ask`: GUEST_LOST when the line ends. */
export function guestLink(stream: Duplex): GuestLink {
  const pending = new Map<number, { resolve: (reply: Reply) => void; reject: (error: unknown) => void }>();
  const exits: ((exit: { service: string; code: number; lastLog: string }) => void)[] = [];
  let number = 0;
  let greet: (hello: Hello) => void = () => {};
  const hello = new Promise<Hello>((resolve) => {
    greet = resolve;
  });
  const take = (line: Line): void => {
    if (line.event === "hello")
      greet({ kernelRelease: line.kernelRelease ?? "", machine: line.machine ?? "" });
    if (line.event === "exited")
      for (const listener of exits)
        listener({ service: line.service ?? "", code: line.code ?? 1, lastLog: decoded(line.text).trim() });
    if (line.re === undefined) return;
    pending.get(line.re)?.resolve({ ok: line.ok === true, text: decoded(line.text) });
    pending.delete(line.re);
  };
  createInterface({ input: stream }).on("line", (text) => {
    const line = parsed(text);
    if (line) take(line);
  });
  const lost = (): void => {
    for (const { reject } of pending.values())
      reject(new RolesError("GUEST_LOST", "the machine went away in the middle of a question"));
    pending.clear();
  };
  stream.on("close", lost);
  stream.on("error", lost);
  return {
    hello,
    ask: (verb, ...words) =>
      new Promise((resolve, reject) => {
        number += 1;
        pending.set(number, { resolve, reject });
        stream.write(`${[number, verb, ...words].join(" ")}\n`);
      }),
    onExit: (listener) => {
      exits.push(listener);
    },
    close: () => stream.destroy(),
  };
}

/** A line that is no JSON is noise of the port, not an answer. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
