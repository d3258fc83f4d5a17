import { afterEach, describe, expect, it } from "vitest";
import { extension, service } from "./case-parts.ts";
import { steppedClock, type SteppedClock } from "./clock.ts";
import type { NodeExtension, NodeOptions } from "./model.ts";
import { startNode, type TalosNodeMachine } from "./node.ts";
import { type MachineDescription, simulatedMachine } from "./simulated-machine.ts";

const minute = 60_000;
const nodes: TalosNodeMachine[] = [];
afterEach(() => {
  for (const node of nodes.splice(0)) node.stop();
});

const drbd = extension("drbd", "1.0.0");
const zfs = extension("zfs", "1.0.0", service("zfs-service", { paths: ["/dev/zfs"], services: ["udevd"] }));
const tailscale = extension(
  "tailscale",
  "1.0.0",
  service("tailscale", {
    services: ["cri"],
    network: ["addresses", "connectivity", "etcfiles"],
    configuration: true,
  }),
);
const zfsModules = [
  { name: "spl", dependsOn: [] },
  { name: "zfs", dependsOn: ["spl"], makes: "/dev/zfs" },
];

function start(
  clock: SteppedClock,
  extensions: NodeExtension[],
  change: Partial<NodeOptions> = {},
  machine: Partial<MachineDescription> = {},
): TalosNodeMachine {
  const image = { talosVersion: "v1.13.6", kernelRelease: "6.18.44-talos", extensions, complaints: [] };
  const node = startNode({
    name: "n1",
    address: "10.0.0.1",
    arch: "arm64",
    mode: "metal",
    image,
    config: {
      controlPlane: false,
      modules: [{ name: "zfs", parameters: [] }],
      serviceConfigs: [],
      labels: {},
    },
    features: { finishedCountsAsUp: true, moduleResource: "LoadedKernelModules" },
    machine: () => simulatedMachine({ modules: zfsModules, ...machine }),
    clock,
    ...change,
  });
  nodes.push(node);
  return node;
}

const state = (node: TalosNodeMachine, id: string) => [
  node.boot()?.states.state(id),
  node.boot()?.states.message(id),
];

describe("a node", () => {
  it("completes its boot when every extension service came up", async () => {
    const clock = steppedClock();
    const node = start(clock, [drbd, zfs]);
    await clock.advance(minute);
    expect(node.boot()?.stage()).toBe("running");
    expect(state(node, "ext-zfs-service")[0]).toBe("Running");
    const states = node
      .boot()
      ?.states.history("ext-zfs-service")
      .map((change) => change.state);
    expect(states).toEqual(["Starting", "Waiting", "Preparing", "Preparing", "Running"]);
  });

  it("with tailscale and no document waits, is Kubernetes-ready all the while, and reboots after 70 minutes", async () => {
    const clock = steppedClock();
    const node = start(clock, [drbd, zfs, tailscale]);
    await clock.advance(69 * minute);
    expect(node.boot()?.stage()).toBe("booting");
    expect(state(node, "ext-tailscale")).toEqual(["Waiting", "Waiting for extension service config"]);
    const status = node
      .boot()
      ?.resources.get({ namespace: "runtime", type: "MachineStatuses.runtime.talos.dev", id: "machine" });
    expect(status?.spec?.yamlSpec).toContain("ready: true");
    const first = node.boot()?.bootId;
    await clock.advance(3 * minute);
    expect(node.boot()?.bootId).not.toBe(first);
  });

  it("goes on rebooting for as long as the cause is there", async () => {
    const clock = steppedClock();
    const node = start(clock, [tailscale], { bootLimitMs: minute });
    await clock.advance(6 * minute);
    expect(node.history().length).toBeGreaterThan(3);
  });

  it("goes back to the image before an upgrade that is still on probation, and says nothing", async () => {
    const clock = steppedClock();
    const fallback = {
      talosVersion: "v1.13.6",
      kernelRelease: "6.18.44-talos",
      extensions: [drbd, zfs],
      complaints: [],
    };
    const node = start(clock, [drbd, zfs, tailscale], { fallback, bootLimitMs: 2 * minute });
    await clock.advance(5 * minute);
    expect(node.boot()?.image.extensions.map(({ name }) => name)).toEqual(["drbd", "zfs"]);
    expect(node.boot()?.stage()).toBe("running");
  });

  it("waits for /dev/zfs when the module is not in the machine config", async () => {
    const clock = steppedClock();
    const node = start(clock, [zfs], {
      config: { controlPlane: false, modules: [], serviceConfigs: [], labels: {} },
    });
    await clock.advance(minute);
    expect(state(node, "ext-zfs-service")).toEqual(["Waiting", 'Waiting for file "/dev/zfs" to exist']);
  });

  it("counts a crash loop as up: the boot completes, the service flips every five seconds", async () => {
    const clock = steppedClock();
    const config = { name: "tailscale", environment: [], configFiles: [] };
    const node = start(
      clock,
      [tailscale],
      { config: { controlPlane: false, modules: [], serviceConfigs: [config], labels: {} } },
      { services: { tailscale: { kind: "exits", code: 1, lastLog: "invalid key" } } },
    );
    await clock.advance(minute);
    expect(node.boot()?.stage()).toBe("running");
    const flips =
      node
        .boot()
        ?.states.history("ext-tailscale")
        .filter((change) => change.state === "Running") ?? [];
    expect(flips.length).toBeGreaterThan(8);
    expect(state(node, "ext-tailscale")[1]).toContain(
      'going to restart forever: task "ext-tailscale" failed: exit code 1 (last log "invalid key")',
    );
  });

  it("never resolves configuration in Docker", async () => {
    const clock = steppedClock();
    const config = { name: "tailscale", environment: [], configFiles: [] };
    const node = start(clock, [tailscale], {
      mode: "container",
      config: { controlPlane: false, modules: [], serviceConfigs: [config], labels: {} },
    });
    await clock.advance(minute);
    expect(state(node, "ext-tailscale")[1]).toBe("Waiting for extension service config");
  });

  it("keeps a failed one-shot failed, and does not complete", async () => {
    const clock = steppedClock();
    const once = extension("once", "1.0.0", service("once", {}, "never"));
    const node = start(
      clock,
      [once],
      {},
      { services: { once: { kind: "cannot-start", stage: "pre", message: "no such file" } } },
    );
    await clock.advance(5 * minute);
    expect(state(node, "ext-once")).toEqual(["Failed", "Failed to run pre stage: no such file"]);
    expect(node.boot()?.stage()).toBe("booting");
  });

  it("lists modules with their dependencies as its Talos version does", async () => {
    const clock = steppedClock();
    const node = start(clock, [zfs], {}, { builtIn: ["tun"] });
    await clock.advance(minute);
    const ids = (type: string) =>
      node
        .boot()
        ?.resources.list("runtime", type)
        .map((one) => one.metadata?.id);
    expect(ids("LoadedKernelModules.runtime.talos.dev")).toEqual(["spl", "zfs"]);
    expect(ids("KernelModuleStatuses.runtime.talos.dev")).toEqual([]);
  });
});
