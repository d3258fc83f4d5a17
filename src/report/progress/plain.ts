import type { RolesEvent } from "../../events.ts";
import { bytesText, secondsText } from "../units.ts";
import { terminalText } from "../printable.ts";
import type { Progress, ProgressStream } from "./mode.ts";

/** One line for each step that ends and each note: for pipes, logs and CI. */
export function plainProgress(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  let told = now();
  return {
    emit: (event) => {
      const line = plainLine(event);
      if (line !== undefined) stream.write(`${line}\n`);
      if (event.type !== "overall" || now() - told < overallMilliseconds) return;
      told = now();
      stream.write(`${overallText(event)}\n`);
    },
    close: () => {},
  };
}

/** How far all of it is, is told this often at most. */
const overallMilliseconds = 10_000;

/** The line for an event; undefined for those that only a live display shows. Names in it may come from a registry or a node. */
export function plainLine(event: RolesEvent): string | undefined {
  const line = lineOf(event);
  return line === undefined ? undefined : terminalText(line);
}

function lineOf(event: RolesEvent): string | undefined {
  if (event.type === "note") return event.level === "warning" ? `warning: ${event.text}` : event.text;
  if (event.type === "step-finished") return `${event.label}: ${finishedText(event)}`;
  return undefined;
}

/** `3 of 20 assets, 412 MiB written, about 75 s left`; nothing while there is nothing to tell. */
export function overallText({
  assets: { done, total },
  bytes,
  secondsLeft,
}: Extract<RolesEvent, { type: "overall" }>): string {
  const written = bytes > 0 ? [`${bytesText(bytes)} written`] : [];
  const left = secondsLeft === undefined ? [] : [`about ${secondsText(Math.ceil(secondsLeft))} left`];
  return [`${done} of ${total} assets`, ...written, ...left].join(", ");
}

/** `cached`, or size and time: `12.3 MiB, 1.2 s`. */
function finishedText({ cached, bytes, seconds }: Extract<RolesEvent, { type: "step-finished" }>): string {
  const size = bytes === undefined ? [] : [bytesText(bytes)];
  return [...size, cached ? "cached" : secondsText(seconds)].join(", ");
}
