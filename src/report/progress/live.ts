import type { RolesEvent } from "../../events.ts";
import { printable } from "../printable.ts";
import { fit } from "../text-width.ts";
import { bytesText, secondsText } from "../units.ts";
import type { Progress, ProgressStream } from "./mode.ts";
import { overallText, plainLine } from "./plain.ts";

interface RunningStep {
  label: string;
  started: number;
  bytes: number;
  totalBytes: number | undefined;
}

const redrawMilliseconds = 100;

/** Finished steps scroll up as lines; below them one line for each step that runs, redrawn at most ten times a second. */
export function liveProgress(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  const running = new Map<string, RunningStep>();
  let drawn = 0;
  let overall: string | undefined;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };
  const draw = () => {
    erase();
    const lines = [...running.values()].map((step) => runningLine(step, now()));
    if (overall !== undefined && lines.length > 0) lines.push(overall);
    const rows = lines.map((line) => fit(line, (stream.columns ?? 80) - 1));
    if (rows.length > 0) stream.write(`${rows.join("\n")}\n`);
    drawn = rows.length;
  };
  const timer = setInterval(draw, redrawMilliseconds);
  timer.unref();
  return {
    emit: (event) => {
      follow(running, event, now());
      if (event.type === "overall") overall = overallText(event);
      const line = plainLine(event);
      if (line === undefined) return;
      erase();
      stream.write(`${line}\n`);
      draw();
    },
    close: () => {
      clearInterval(timer);
      erase();
    },
  };
}

function follow(running: Map<string, RunningStep>, event: RolesEvent, now: number): void {
  if (event.type === "step-started") {
    running.set(event.id, {
      label: printable(event.label),
      started: now,
      bytes: 0,
      totalBytes: event.totalBytes,
    });
  } else if (event.type === "step-progress") {
    const step = running.get(event.id);
    if (step)
      running.set(event.id, { ...step, bytes: event.bytes, totalBytes: event.totalBytes ?? step.totalBytes });
  } else if (event.type === "step-finished") running.delete(event.id);
}

/** `label  45 %  12.3 MiB of 27 MiB  8.1 MiB/s  2.1 s`, as much of it as is known. */
function runningLine({ label, started, bytes, totalBytes }: RunningStep, now: number): string {
  const seconds = (now - started) / 1000;
  const percent = totalBytes ? [`${Math.min(100, Math.floor((100 * bytes) / totalBytes))} %`] : [];
  const size = totalBytes
    ? [`${bytesText(bytes)} of ${bytesText(totalBytes)}`]
    : bytes > 0
      ? [bytesText(bytes)]
      : [];
  const speed = bytes > 0 && seconds > 0.5 ? [`${bytesText(bytes / seconds)}/s`] : [];
  return [label, ...percent, ...size, ...speed, secondsText(seconds)].join("  ");
}
