import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { RolesError } from "../../errors.ts";
import { consoleFile, readSpec } from "./spec.ts";

const pollMs = 250;

/** Where the text of a console goes. */
export interface KeptConsole {
  write(text: string): void;
  end(): Promise<void>;
}

/** Keeps what a machine writes on its console, after what earlier boots wrote. On a disk that fails the text is lost, and not the machine. */
export function keepConsole(path: string): KeptConsole {
  const stream = createWriteStream(path, { flags: "a" });
  stream.on("error", () => {});
  return {
    write: (text) => {
      if (!stream.destroyed) stream.write(text);
    },
    end: () => new Promise((resolve) => (stream.destroyed ? resolve() : stream.end(() => resolve()))),
  };
}

/** What a machine has written on its console, and with `follow` what it writes from now on. Errors: LAB_ABSENT, USAGE. */
export async function* readConsole(
  state: string,
  machine: string,
  { follow, signal }: { follow: boolean; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const { machines } = await readSpec(state);
  if (machines.every(({ name }) => name !== machine))
    throw new RolesError("USAGE", `no machine "${machine}" in this lab`, {
      hint: `It has: ${machines.map(({ name }) => name).join(", ")}.`,
    });
  const file = await open(consoleFile(state, machine)).catch((cause: unknown) => {
    throw new RolesError("LAB_ABSENT", `machine ${machine} has not been powered on`, { cause });
  });
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024));
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (!follow || signal.aborted) return;
      else await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  } finally {
    await file.close();
  }
}
