import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import { processId, type ProcessId } from "../processes.ts";
import { startTailnet, type Tailnet } from "../tailnet/tailnet.ts";
import type { GuestLink } from "../vm/guest-link.ts";
import { quoted, runInGuest } from "../vm/guest-setup.ts";
import { type Orders, serveOrders } from "./control.ts";
import { type RunningLab, startLab, type Surroundings } from "./running-lab.ts";
import { labFiles, type LabSpec, readSpec, writeHandle } from "./spec.ts";
import { labStatus } from "./status.ts";

interface SuperviseOptions {
  state: string;
  /** Ends when the command that started this process ends before it said that the lab is to stay. */
  lifeline: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

/** Looks after the lab in `state` until it is told to end, by an order, a signal, or the end of its lifeline. Errors: LAB_ABSENT, TOOL_MISSING. */
export async function supervise({ state, lifeline, signal }: SuperviseOptions): Promise<void> {
  const spec = await readSpec(state);
  const ending = new AbortController();
  // Every machine listens, and every wait.
  setMaxListeners(0, ending.signal);
  const end = (): void => ending.abort();
  signal.addEventListener("abort", end, { once: true });
  const abandoned = watch(lifeline).then((stays) => {
    if (!stays) end();
    return !stays;
  });
  const keyFile = join(state, labFiles.tailnetKey);
  const tailnet = spec.tailnet
    ? await startTailnet(join(state, "tailnet"), { ...spec.tailnet, keyFile }, ending.signal)
    : null;
  try {
    const lab = await powerOn({ state, spec, tailnet });
    try {
      const token = randomBytes(24).toString("hex");
      const control = await serveOrders(ordersOf({ lab, spec, tailnet, end }), token);
      try {
        await announce(state, { control: control.url, token, lab, tailnet }, ending.signal);
      } finally {
        control.close();
      }
    } finally {
      await lab.close();
    }
  } finally {
    await tailnet?.close();
    // Nobody is left who would clear up.
    if (await Promise.race([abandoned, Promise.resolve(false)]))
      await rm(state, { recursive: true, force: true });
  }
}

const powerOn = async (around: Surroundings): Promise<RunningLab> => {
  const { real } = around.spec;
  if (!real) return startLab(around);
  return (await import("../real/running.ts")).startRealLab(around, real);
};

/** True once the other side has said that the lab is to stay. */
async function watch(lifeline: AsyncIterable<Uint8Array>): Promise<boolean> {
  let text = "";
  for await (const chunk of lifeline) {
    text += String(chunk);
    if (text.includes("stay")) return true;
  }
  return false;
}

interface Announced {
  control: string;
  token: string;
  lab: RunningLab;
  tailnet: Tailnet | null;
}

const writeEveryMs = 1000;

/** Keeps `running.json` true: whoever clears up after a crash has to know what had been started. */
async function announce(
  state: string,
  { control, token, lab, tailnet }: Announced,
  signal: AbortSignal,
): Promise<void> {
  const supervisor = await processId(process.pid);
  if (!supervisor) throw new RolesError("UNSUPPORTED", "the lab needs /proc, as Linux has it");
  let written = "";
  while (!signal.aborted) {
    const pids = [...lab.pids(), ...(tailnet?.pids() ?? [])];
    const children = (await Promise.all(pids.map(processId))).filter(
      (one): one is ProcessId => one !== undefined,
    );
    const handle = { supervisor, control, token, children };
    if (JSON.stringify(handle) !== written) await writeHandle(state, handle);
    written = JSON.stringify(handle);
    await pause(writeEveryMs, signal);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

interface Ordered {
  lab: RunningLab;
  spec: LabSpec;
  tailnet: Tailnet | null;
  end: () => void;
}

function ordersOf({ lab, spec, tailnet, end }: Ordered): Orders {
  const needTailnet = (): Tailnet => {
    if (tailnet) return tailnet;
    throw new RolesError(
      "LAB_ABSENT",
      `this lab has no tailnet: ${spec.withoutTailnet ?? "no role routes into one"}`,
    );
  };
  return {
    status: () => labStatus(lab, spec, tailnet),
    down: async () => {
      end();
    },
    restart: async ({ machine = "", image }) => {
      if (!lab.restart(machine, image)) throw noMachine(machine, spec);
    },
    fetch: async ({ from = "", url = "" }) =>
      from === "outside" ? needTailnet().fetch(url) : fetchFrom(lab, spec, { machine: from, url }),
    log: async ({ machine = "", service = "" }) => ({ text: await logOf(lab, spec, { machine, service }) }),
    routes: async ({ approve }) => needTailnet().setRoutes(approve === "true"),
  };
}

export interface Fetched {
  ok: boolean;
  body: string;
}

/** What a service of a machine has written, its last lines. */
async function logOf(
  lab: RunningLab,
  spec: LabSpec,
  { machine, service }: { machine: string; service: string },
): Promise<string> {
  return (await linkTo(lab, spec, machine).ask("log", service.replace(/^ext-/, ""))).text;
}

function linkTo(lab: RunningLab, spec: LabSpec, machine: string): GuestLink {
  const index = spec.machines.findIndex(({ name }) => name === machine);
  if (index < 0) throw noMachine(machine, spec);
  if (spec.real)
    throw new RolesError("UNSUPPORTED", `machine ${machine} runs real Talos, which has no shell`, {
      hint: "Its own tools show it: `talosctl --talosconfig lab/talosconfig -n NODE logs SERVICE`, `kubectl --kubeconfig lab/kubeconfig`.",
    });
  const link = lab.link(index);
  if (!link) throw new RolesError("GUEST_LOST", `machine ${machine} is off`);
  return link;
}

/** Asks from inside a machine, with its own HTTP client. */
async function fetchFrom(
  lab: RunningLab,
  spec: LabSpec,
  { machine, url }: { machine: string; url: string },
): Promise<Fetched> {
  const link = linkTo(lab, spec, machine);
  const { ok, text } = await runInGuest(link, `fetch -t 20 ${quoted(new URL(url).href)}`);
  return { ok, body: text };
}

const noMachine = (machine: string, { machines }: LabSpec): RolesError =>
  new RolesError("USAGE", `no machine "${machine}" in this lab`, {
    hint: `It has: ${machines.map(({ name }) => name).join(", ")}.`,
  });
