import type { Case, Expected } from "../../src/cluster/causes/cause.ts";
import type { ObservedNode } from "../../src/cluster/cluster-verdict.ts";
import { known, type Observation, unknown, unreachable, valueOr } from "../../src/cluster/observation.ts";
import { emptyContract } from "../../src/talos/contract.ts";

/** An observation of a running node with these parts; whatever is not given is not known. */
export const observation = (parts: Partial<Observation> = {}): Observation => ({
  ...unreachable("10.0.0.1", Date.UTC(2026, 0, 1), "not asked"),
  version: known({ talos: "v1.13.6", arch: "arm64", mode: "metal" }),
  machine: known({ stage: "running" as const, ready: true, unmet: [] }),
  ...parts,
});

/** What a node shows that runs these extensions; an official extension's service runs where it is named. */
export const running = (extensions: readonly string[], services: readonly string[] = []): Observation =>
  observation({
    extensions: known(extensions.map((name) => ({ name, version: "1", author: "" }))),
    services: known(
      services.map((name) => ({
        id: `ext-${name}`,
        state: "Running",
        events: [{ state: "Running", message: "Started", at: 1 }],
      })),
    ),
  });

/** What is left of a node that nobody can reach. */
export const away = (): Observation => ({
  ...unreachable("10.0.0.1", Date.UTC(2026, 0, 1), "connection refused"),
  version: unknown("connection refused"),
});

export const observedNode = (name: string, role: string, seen: Observation): ObservedNode => ({
  node: { name, address: `${name}.local`, role },
  observation: seen,
  boots: [],
});

/** A case without anything to hold it against, but for what is given. */
export const caseOf = (
  seen: Observation,
  { expected = {}, ...rest }: Partial<Omit<Case, "expected">> & { expected?: Partial<Expected> } = {},
): Case => ({
  observation: seen,
  boots: [],
  device: unknown("not asked"),
  runtimeClasses: unknown("not asked"),
  expected: {
    role: "gateway",
    extensions: valueOr(seen.extensions, []).map(({ name }) => ({ name })),
    contract: emptyContract(),
    talosVersion: "v1.13.6",
    labels: {},
    pods: [],
    services: [],
    handlers: [],
    ...expected,
  },
  ...rest,
});
