import type { Progress, ProgressStream } from "./mode.ts";

/** One event a line, as the library emits it. */
export const jsonProgress = (stream: ProgressStream): Progress => ({
  emit: (event) => stream.write(`${JSON.stringify(event)}\n`),
  close: () => {},
});
