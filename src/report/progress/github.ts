import { annotation } from "../github.ts";
import { plainLine } from "./plain.ts";
import type { Progress, ProgressStream } from "./mode.ts";

/** Plain lines, with warnings as annotations of GitHub Actions. */
export const githubProgress = (stream: ProgressStream): Progress => ({
  emit: (event) => {
    const line =
      event.type === "note" && event.level === "warning"
        ? annotation({ level: "warning", message: event.text })
        : plainLine(event);
    if (line !== undefined) stream.write(`${line}\n`);
  },
  close: () => {},
});
