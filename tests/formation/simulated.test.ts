import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { steppedClock } from "../../src/lab/node/clock.ts";
import { startNode } from "../../src/lab/node/node.ts";
import { simulatedMachine } from "../../src/lab/node/simulated-machine.ts";
import { judgeCase } from "./judge-case.ts";

/** An extension service, what the node's config answers to it, and what its machine is. */
interface Scene {
  services: {
    name: string;
    configuration: boolean;
    paths: string[];
    services: string[];
    restart: "always" | "untilSuccess";
  }[];
  documents: string[];
  zfsInImage: boolean;
  zfsLoaded: boolean;
  container: boolean;
  controlPlane: boolean;
}

const names = ["a", "b", "c"];
const scene: fc.Arbitrary<Scene> = fc.record({
  services: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      configuration: fc.constantFrom(false, false, true),
      paths: fc.constantFrom<string[]>([], [], ["/dev/zfs"], ["/system/run/machined/machine.sock"]),
      services: fc.constantFrom<string[]>(
        [],
        ["cri"],
        ["udevd"],
        ["ext-a"],
        ["ext-b"],
        ["ext-c"],
        ["ext-nobody"],
        ["etcd"],
      ),
      restart: fc.constantFrom("always" as const, "untilSuccess" as const),
    }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
  ),
  documents: fc.subarray(names),
  zfsInImage: fc.boolean(),
  zfsLoaded: fc.boolean(),
  container: fc.constantFrom(false, false, false, true),
  controlPlane: fc.boolean(),
});

async function predicted(one: Scene) {
  const documents = one.documents.map(
    (name) => `---\napiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: ${name}\nenvironment: [A=b]\n`,
  );
  const modules = one.zfsLoaded ? "  kernel: {modules: [{name: zfs}]}\n" : "";
  const config = `version: v1alpha1\nmachine:\n  type: ${one.controlPlane ? "controlplane" : "worker"}\n  network: {hostname: n1}\n${modules}`;
  const { predictions } = await judgeCase({
    given: {
      talos: "v1.13.6",
      platform: one.container ? "container" : "metal",
      image: {
        extensions: ["x"],
        services: {
          x: one.services.map(({ name, restart, ...waits }) => ({
            name,
            restart,
            waitsFor: { ...waits, time: false, network: [] },
          })),
        },
        ...(one.zfsInImage ? { modules: { x: [{ name: "zfs", release: "6.18.44-talos" }] } } : {}),
      },
    },
    files: { "n1.yaml": config + documents.join("") },
  });
  return predictions[0]!.bootCompletes;
}

/** Whether a node that boots this completes its boot, by the service state machine of the lab. */
async function simulated(one: Scene): Promise<boolean> {
  const clock = steppedClock();
  const node = startNode({
    name: "n1",
    address: "10.0.0.1",
    arch: "arm64",
    mode: one.container ? "container" : "metal",
    image: {
      talosVersion: "v1.13.6",
      kernelRelease: "6.18.44-talos",
      complaints: [],
      extensions: [
        {
          name: "x",
          version: "1",
          author: "",
          description: "",
          services: one.services.map(({ name, restart, ...waits }) => ({
            name,
            restart,
            entrypoint: name,
            args: [],
            environment: [],
            mounts: [],
            waitsFor: { ...waits, time: false, network: [] },
          })),
        },
      ],
    },
    config: {
      controlPlane: one.controlPlane,
      modules: one.zfsLoaded ? [{ name: "zfs", parameters: [] }] : [],
      serviceConfigs: one.documents.map((name) => ({ name, environment: ["A=b"], configFiles: [] })),
      labels: {},
    },
    features: { finishedCountsAsUp: true, moduleResource: "LoadedKernelModules" },
    machine: () =>
      simulatedMachine({
        modules: one.zfsInImage ? [{ name: "zfs", dependsOn: [], makes: "/dev/zfs" }] : [],
        paths: ["/system/run/machined/machine.sock"],
      }),
    clock,
  });
  try {
    // Nothing that a service waits for appears later than this by itself.
    await clock.advance(120_000);
    return node.boot()?.stage() === "running";
  } finally {
    node.stop();
  }
}

describe("what is predicted", () => {
  it("is what a simulated node does", async () => {
    const answers = { yes: 0, no: 0, unknown: 0 };
    await fc.assert(
      fc.asyncProperty(scene, async (one) => {
        const { answer } = await predicted(one);
        answers[answer] += 1;
        if (answer !== "unknown") expect(answer).toBe((await simulated(one)) ? "yes" : "no");
      }),
      { numRuns: 120 },
    );
    expect(Math.min(answers.yes, answers.no)).toBeGreaterThan(2);
  });
});
