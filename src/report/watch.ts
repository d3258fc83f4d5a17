import type { ClusterVerdict, NodeVerdict } from "../cluster/cluster-verdict.ts";
import type { Transition } from "../cluster/transitions.ts";
import { conditionOf, marks } from "./node-condition.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

/** Shows a formation as it goes on. */
export interface WatchDisplay {
  transition(transition: Transition): void;
  verdict(verdict: ClusterVerdict): void;
  /** Takes the live part away, so that the result stands alone. */
  close(): void;
}

interface DisplayOptions {
  write: (text: string) => void;
  /** Columns and rows of the terminal; undefined where there is none: then only what happens is written, a line each. */
  terminal?: { columns: number; rows: number } | undefined;
}

/** Lines for what happens; on a terminal a table of all nodes below them, which is drawn again whenever something changes. */
export function watchDisplay({ write, terminal }: DisplayOptions): WatchDisplay {
  let drawn = 0;
  let latest: ClusterVerdict | undefined;
  const erase = () => {
    if (drawn > 0) write(`\u001B[${drawn}A\u001B[J`);
    drawn = 0;
  };
  const draw = () => {
    if (!terminal || !latest) return;
    const text = watchTable(latest.nodes, terminal);
    drawn = text.split("\n").length - 1;
    write(text);
  };
  return {
    transition: (transition) => {
      erase();
      write(`${transitionLine(transition)}\n`);
      draw();
    },
    verdict: (verdict) => {
      latest = verdict;
      erase();
      draw();
    },
    close: erase,
  };
}

/** `12:00:03 n1 ext-tailscale: Waiting for extension service config`. */
export function transitionLine({ at, node, text }: Transition): string {
  return printable(`${at === null ? "--:--:--" : clockTime(at)} ${node} ${text}`);
}

const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8);

/** A line for each node: what it waits for and how long Talos still lets it. Where not all fit, those that are well give way. */
export function watchTable(
  nodes: readonly NodeVerdict[],
  { columns, rows }: { columns: number; rows: number },
): string {
  const room = Math.max(3, rows - 4);
  const sorted = [...nodes].sort((a, b) => rank[conditionOf(a)] - rank[conditionOf(b)]);
  const shown = nodes.length <= room ? nodes : sorted.slice(0, room);
  const left = nodes.length - shown.length;
  const text = table(
    shown,
    [
      { title: "", value: (node) => marks[conditionOf(node)].sign },
      { title: "NODE", value: ({ name }) => name },
      { title: "ROLE", value: ({ role }) => role },
      { title: "STAGE", value: ({ stage }) => stage },
      {
        title: "LEFT",
        value: ({ minutesLeft, bootLimitSeconds }) =>
          minutesLeft === null ? "" : `${minutesLeft} of ${Math.ceil(bootLimitSeconds / 60)} min`,
      },
      { title: "WAITS FOR", value: waits },
    ],
    { width: columns },
  );
  return `${text}${left > 0 ? `and ${left} more\n` : ""}`;
}

const rank = { no: 0, unknown: 1, yes: 2 } as const;

/** Why a node has not three times yes: the cause, else what it waits for, else why something is not known. */
function waits({ waitingFor, bootCompletes, kubernetesReady, roleFunctional, causes }: NodeVerdict): string {
  const [cause] = causes;
  if (cause) return cause.title;
  if (waitingFor.length > 0) return waitingFor.join("; ");
  return (
    [bootCompletes, kubernetesReady, roleFunctional].find(({ answer }) => answer !== "yes")?.reasons[0] ?? ""
  );
}
