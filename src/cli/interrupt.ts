import { setMaxListeners } from "node:events";
import { RolesError } from "../errors.ts";

const controller = new AbortController();
// Every child process and request listens; there is no number that is too many.
setMaxListeners(0, controller.signal);
const statusBySignal = { SIGINT: 130, SIGTERM: 143 } as const;
let caught: keyof typeof statusBySignal | undefined;

/** Aborts on the first Ctrl-C or SIGTERM, so that work can stop without leaving a half-written file; the second ends the process at once. */
export function interruptSignal(): AbortSignal {
  for (const name of Object.keys(statusBySignal) as (keyof typeof statusBySignal)[]) {
    if (!process.listeners(name).includes(onSignal)) process.on(name, onSignal);
  }
  return controller.signal;
}

function onSignal(name: NodeJS.Signals): void {
  const known = name === "SIGTERM" ? "SIGTERM" : "SIGINT";
  if (caught) process.exit(statusBySignal[known]);
  caught = known;
  // Who is asked to end by a program has no one at the keyboard.
  process.stderr.write(known === "SIGINT" ? "stopping; press Ctrl-C again to end at once\n" : "stopping\n");
  controller.abort(new RolesError("BUILD_INTERRUPTED", "stopped by the user"));
}

/** The exit status that shells expect after a signal; undefined where none came. */
export const interruptStatus = (): number | undefined => caught && statusBySignal[caught];
