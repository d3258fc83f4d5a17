import type { Emit } from "../events.ts";
import { type ProgressMode, progressReporter } from "../report/progress/mode.ts";
import { jsonText, terminalText } from "../report/printable.ts";
import { interruptSignal } from "./interrupt.ts";

interface OutputOptions {
  json?: boolean | undefined;
  progress?: ProgressMode | undefined;
  github?: boolean | undefined;
}

/** What a command is given to talk to its user. */
export interface Output {
  /** For the library: progress goes to standard error. */
  emit: Emit;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  /** Columns of the terminal; undefined where standard output is none. */
  width: number | undefined;
  /** Ends the progress display and writes the result to standard output: `data` with --json, else the text that `toText` makes of it. */
  result: <T>(data: T, toText: (data: T, width: number | undefined) => string) => void;
  /** Exit status of a command that ends without an error, such as 1 for findings. */
  setStatus: (status: number) => void;
}

/** Opens the way to the user; `--progress none` is meant where nothing is said. */
export function openOutput({ json = false, progress = "none", github = false }: OutputOptions): Output {
  const reporter = progressReporter({
    mode: progress,
    stream: process.stderr,
    github,
    term: process.env["TERM"],
  });
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  onClose.add(reporter.close);
  return {
    emit: reporter.emit,
    signal: interruptSignal(),
    width,
    result: (data, toText) => {
      closeOutputs();
      process.stdout.write(json ? `${jsonText(data, 2)}\n` : shown(toText(data, width)));
    },
    setStatus: (status) => {
      process.exitCode = status;
    },
  };
}

/** Reports hold names from registries, images and nodes. What goes to a file or a pipe stays as it is: it may be a document. */
export const shown = (text: string, { isTTY = false }: { isTTY?: boolean } = process.stdout): string =>
  isTTY ? terminalText(text) : text;

const onClose = new Set<() => void>();

/** Takes live displays away, so that an error or a result stands on its own lines. */
export function closeOutputs(): void {
  for (const close of onClose) close();
  onClose.clear();
}
