import type { Cause, Evidence } from "./causes/cause.ts";
import { isShortened } from "./boot-time.ts";
import type { NodeVerdict } from "./cluster-verdict.ts";

/** The answer of `talos-roles why NODE`. */
export interface Why {
  node: string;
  /** Row of the taxonomy; null where nothing is wrong or nothing could be found. */
  cause: string | null;
  /** Rows that show the same from here: the truth is one of `cause` and these. */
  orElse: string[];
  title: string;
  /** From the root to what is seen. */
  chain: string[];
  evidence: Evidence[];
  minutesLeft: number | null;
  /** A machine config patch, or a sentence where no patch mends it; null where there is nothing to mend. */
  fix: string | null;
  /** Whether `fix` can be piped into `talosctl patch machineconfig`. */
  fixIsPatch: boolean;
  /** Further causes on the same node. */
  also: { cause: string; title: string }[];
}

/** The one cause that comes first on a node, told from its root. `now` is milliseconds since the epoch. */
export function whyOf(verdict: NodeVerdict, now: number = Date.now()): Why {
  const [first, ...rest] = verdict.causes;
  const common = {
    node: verdict.name,
    minutesLeft: verdict.minutesLeft,
    also: rest.map(({ row, title }) => ({ cause: row, title })),
  };
  return { ...common, ...(first ? told(first, verdict, now) : (noAccess(verdict) ?? open(verdict))) };
}

type Told = Omit<Why, "node" | "minutesLeft" | "also">;

function told(cause: Cause, { minutesLeft, bootLimitSeconds }: NodeVerdict, now: number): Told {
  const of = isShortened(bootLimitSeconds)
    ? ` of the ${bootLimitSeconds} s to which this lab shortens Talos' 70 minutes`
    : "";
  const last =
    cause.blocksBoot && minutesLeft !== null
      ? [`it has ${amount(minutesLeft)} left${of}, and reboots at ${clockTime(now + minutesLeft * 60_000)}`]
      : [];
  return {
    cause: cause.row,
    orElse: cause.orElse ?? [],
    title: cause.title,
    chain: [...cause.chain, ...last],
    evidence: cause.evidence,
    fix: cause.patch ?? cause.advice ?? null,
    fixIsPatch: cause.patch !== undefined,
  };
}

const amount = (minutes: number): string => (minutes === 1 ? "1 minute" : `${minutes} minutes`);

/** `17:05`, in the user's own time zone. */
const clockTime = (at: number): string => {
  const date = new Date(at);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
};

const credentialTrouble =
  /certificate|refuses this|not authorized|expired|x509|unauthenticated|bad record|alert/i;

/** E8: the node is there and does not let us in; nothing is said about the node itself. */
function noAccess({ talosVersion, bootCompletes }: NodeVerdict): Told | undefined {
  const reason = bootCompletes.reasons.find((text) => credentialTrouble.test(text));
  if (talosVersion !== null || reason === undefined) return undefined;
  return {
    cause: "E8",
    orElse: [],
    title: "the node does not accept this certificate, or shows one that is not valid",
    chain: [
      "the node answers",
      "one of the two certificates is expired, of another cluster, or lacks the role",
      reason,
    ],
    evidence: [{ source: "Talos API", text: reason }],
    fix: "Take a talosconfig of this cluster that is not expired: `talosctl config new --roles os:reader`.",
    fixIsPatch: false,
  };
}

function open({ kubernetesReady, bootCompletes, roleFunctional }: NodeVerdict): Told {
  const reasons = [...bootCompletes.reasons, ...kubernetesReady.reasons, ...roleFunctional.reasons];
  return {
    cause: null,
    orElse: [],
    title: reasons[0] ?? "nothing is wrong with this node",
    chain: [...new Set(reasons)],
    evidence: [],
    fix: null,
    fixIsPatch: false,
  };
}
