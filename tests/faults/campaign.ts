import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault, FaultKind, Injector, Outcome } from "./inject.ts";
import { mixtures, type Scenario, snapshot, type States, type World } from "./scenario.ts";

export interface CampaignResult {
  scenario: string;
  /** Changes of the disk in a run without faults. */
  changes: number;
  /** How many of each kind. */
  injected: Partial<Record<FaultKind, number>>;
  /** Everything that was not as it must be. */
  faults: string[];
}

interface Campaign {
  scenario: Scenario;
  world: World;
  injector: Injector;
  /** How many places are tried for each kind, spread over all changes. */
  places: number;
}

/** Breaks one command at many of its writes, and holds what is left on the disk, and the next run, against a run without faults. */
export async function campaign({ scenario, world, injector, places }: Campaign): Promise<CampaignResult> {
  const folder = mkdtempSync(join(tmpdir(), `fault-${scenario.name}-`));
  try {
    const old = join(folder, "old");
    mkdirSync(old);
    await scenario.prepare(old, world);
    const trial = { scenario, world, injector };
    const good = await attempt(trial, { old, cwd: join(folder, "good") });
    if (good.status !== endOf(scenario))
      throw new Error(`${scenario.name} fails without a fault: ${good.err}`);
    const before = await stateOf(trial, old);
    const states = { before, after: await stateOf(trial, join(folder, "good")) };
    const changes = good.changes ?? 0;
    const result: CampaignResult = { scenario: scenario.name, changes, injected: {}, faults: [] };
    for (const fault of faultsFor(scenario, changes, places)) {
      const cwd = join(folder, `${fault.kind}-${fault.at}`);
      const outcome = await attempt(trial, { old, cwd, fault });
      const broken = { ...trial, cwd, states, fault, outcome };
      const found = [...(await judge(broken)), ...(await again(broken))];
      result.faults.push(
        ...found.map((text) => `${scenario.name}, ${fault.kind} at change ${fault.at}: ${text}`),
      );
      result.injected[fault.kind] = (result.injected[fault.kind] ?? 0) + 1;
      rmSync(cwd, { recursive: true });
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Trial = Omit<Campaign, "places">;

/** How a run without faults ends. */
const endOf = ({ stays }: Scenario): number => (stays === undefined ? 0 : 130);

/** One run of the command in a copy of the old state. */
function attempt(
  { scenario, world, injector }: Trial,
  { old, cwd, fault }: { old: string; cwd: string; fault?: Fault },
): Promise<Outcome> {
  cpSync(old, cwd, { recursive: true });
  const sends = scenario.sends ?? false;
  return injector.run(scenario.args(world, cwd), {
    cwd,
    sends,
    until: scenario.stays,
    ...(fault ? { fault } : {}),
  });
}

const stateOf = ({ scenario, world }: Trial, cwd: string): Promise<Map<string, string>> =>
  scenario.stateOf?.(cwd, world) ?? Promise.resolve(snapshot(cwd, scenario.isResult));

function faultsFor({ kinds }: Scenario, changes: number, places: number): Fault[] {
  const step = Math.max(1, changes / places);
  const at = [
    ...new Set(Array.from({ length: Math.min(places, changes) }, (_, index) => 1 + Math.floor(index * step))),
  ];
  return kinds.flatMap((kind) => at.map((one) => ({ kind, at: one })));
}

interface Broken extends Trial {
  cwd: string;
  states: States;
  fault: Fault;
  outcome: Outcome;
}

/** What a run may say that a fault of this kind ends. Killed runs say nothing; a clock that jumps ends none. */
const excuses: Partial<Record<FaultKind, RegExp>> = {
  space: /NO_SPACE|CACHE_DAMAGED|REGISTRY_UNREACHABLE/,
  readonly: /NOT_WRITABLE/,
};

async function judge(broken: Broken): Promise<string[]> {
  const { scenario, cwd, states, fault, outcome } = broken;
  const now = await stateOf(broken, cwd);
  for (const path of now.keys())
    if (scenario.isSound?.(cwd, path)) now.set(path, states.before.get(path) ?? "");
  const wrong = mixtures(now, states, scenario.last);
  const { status, err } = outcome;
  // A run that a fault comes too late for may end well; one that fails says why.
  if (fault.kind !== "kill" && status !== endOf(scenario) && !excuses[fault.kind]?.test(err))
    wrong.push(`it ended with ${status} and said: ${err.slice(0, 300)}`);
  if (fault.kind === "space" || fault.kind === "back" || fault.kind === "ahead") {
    const left = leftovers(cwd);
    if (left.length > 0) wrong.push(`it left ${left.join(", ")}`);
  }
  return wrong;
}

/** Temporary files beside results; those of the cache are the cache's to remove. */
const leftovers = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".tmp") && !path.startsWith("cache/"),
  );

/** The next run must succeed with nothing cleaned up by hand, and leave what a run without faults leaves. */
async function again(broken: Broken): Promise<string[]> {
  const { scenario, world, injector, cwd, states } = broken;
  const after = { before: states.after, after: states.after };
  if (scenario.once && mixtures(await stateOf(broken, cwd), after).length === 0) return [];
  const { status, err } = await injector.run(scenario.args(world, cwd), { cwd, until: scenario.stays });
  if (status !== endOf(scenario)) return [`the next run ends with ${status}: ${err.slice(0, 300)}`];
  return mixtures(await stateOf(broken, cwd), after).map((text) => `after the next run ${text}`);
}
