import { describe, expect, it } from "vitest";
import { RolesError } from "../errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { valueOr } from "./observation.ts";
import { runWorkloads } from "./workload.ts";

const options = { image: "spin", plainImage: "pause", namespace: "default", deadlineMs: 1000, pollMs: 1 };
const nodes = [{ name: "n1", address: "10.0.0.1", role: "compute" }];
const lost = () => new RolesError("KUBERNETES_UNREACHABLE", "nothing within 10 s");

/** A server that has these pods, and answers as `overrides` say. */
async function runOn(overrides: (pods: Set<string>) => Partial<KubeClient>) {
  const pods = new Set<string>();
  const client: Partial<KubeClient> = {
    runtimeClasses: () => Promise.resolve([]),
    createPod: (pod) => {
      pods.add(pod.metadata.name);
      return Promise.resolve(pod);
    },
    pods: () =>
      Promise.resolve([...pods].map((name) => ({ metadata: { name }, status: { phase: "Running" } }))),
    deletePod: (_, name) => {
      pods.delete(name);
      return Promise.resolve();
    },
    ...overrides(pods),
  };
  const results = await runWorkloads(client as KubeClient, { nodes, expected: new Map() }, options);
  return { left: [...pods], result: results.get("compute") };
}

describe("the short pod of a role", () => {
  it("runs, and is taken away", async () => {
    const { left, result } = await runOn(() => ({}));
    expect(left).toEqual([]);
    expect(result && valueOr(result.ran, null)).toBe(true);
  });

  it("is taken away too where the server made it and its answer was lost", async () => {
    const { left, result } = await runOn((pods) => ({
      createPod: (pod) => {
        pods.add(pod.metadata.name);
        return Promise.reject(lost());
      },
    }));
    expect(left).toEqual([]);
    expect(result?.ran).toEqual({ known: false, reason: "nothing within 10 s" });
  });

  it("is taken away with a second try, and named where none succeeds", async () => {
    let tries = 0;
    const second = await runOn((pods) => ({
      deletePod: (_, name) => {
        tries += 1;
        if (tries === 1) return Promise.reject(lost());
        pods.delete(name);
        return Promise.resolve();
      },
    }));
    expect(second.left).toEqual([]);
    const never = await runOn(() => ({ deletePod: () => Promise.reject(lost()) }));
    expect(never.left).toHaveLength(1);
    expect(never.result).toMatchObject({
      ran: { known: true, value: true },
      left: { namespace: "default", name: never.left[0], reason: "nothing within 10 s" },
    });
  });
});
