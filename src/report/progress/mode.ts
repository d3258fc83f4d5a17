import type { Emit } from "../../events.ts";
import { githubProgress } from "./github.ts";
import { jsonProgress } from "./json.ts";
import { liveProgress } from "./live.ts";
import { plainProgress } from "./plain.ts";

export const progressModes = ["auto", "plain", "json", "none"] as const;
export type ProgressMode = (typeof progressModes)[number];

/** Where progress goes: the part of a terminal or pipe that reporters use. */
export interface ProgressStream {
  write: (text: string) => unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Progress {
  emit: Emit;
  /** Takes a live display away; nothing may be emitted afterwards. */
  close: () => void;
}

interface ProgressOptions {
  mode: ProgressMode;
  stream: ProgressStream;
  /** Notes become GitHub annotations. */
  github?: boolean;
  /** TERM=dumb has no cursor to move. */
  term?: string | undefined;
}

/** The reporter that fits: live on a terminal, plain lines elsewhere, NDJSON, annotations, or nothing. */
export function progressReporter({ mode, stream, github = false, term }: ProgressOptions): Progress {
  if (mode === "none") return { emit: () => {}, close: () => {} };
  if (mode === "json") return jsonProgress(stream);
  if (github) return githubProgress(stream);
  const live = mode === "auto" && stream.isTTY === true && term !== "dumb";
  return live ? liveProgress(stream) : plainProgress(stream);
}
