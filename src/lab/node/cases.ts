import { nodeFeatures } from "./features.ts";
import { imageCases } from "./cases-image.ts";
import { liveCases } from "./cases-live.ts";
import { computeExtensions, modules, type NodeCase, tailnetAddress, zfsModules } from "./case-parts.ts";
import type { NodeExtension, NodeImage, NodeOptions } from "./model.ts";
import { startNode, type TalosNodeMachine } from "./node.ts";
import { type MachineDescription, simulatedMachine } from "./simulated-machine.ts";

export { computeExtensions, gatewayExtensions, type NodeCase } from "./case-parts.ts";

/** A node for each row of the failure taxonomy that a live node can show, and one that is well. */
export const nodeCases: Record<string, NodeCase> = { well: {}, ...imageCases, ...liveCases };

const talosVersion = "v1.13.6";

const image = (extensions: NodeExtension[], complaints: string[] = []): NodeImage => ({
  talosVersion,
  kernelRelease: "6.18.44-talos",
  extensions,
  complaints,
});

/** The options of a simulated compute node in the state of `one`. */
export function optionsOf(
  one: NodeCase,
  rest: Pick<NodeOptions, "name" | "address" | "clock"> & Partial<NodeOptions>,
): NodeOptions {
  const description: MachineDescription = {
    modules: [{ name: "drbd", dependsOn: [] }, ...zfsModules()],
    addresses: { eth0: rest.address, tailscale0: tailnetAddress },
    builtIn: ["tun", "openvswitch"],
    links: { tailscale: "tailscale0" },
    ...one.machine,
  };
  return {
    arch: "arm64",
    mode: one.mode ?? "metal",
    image: image(one.extensions ?? computeExtensions, one.complaints),
    ...(one.fallback ? { fallback: image(one.fallback) } : {}),
    config: {
      controlPlane: one.controlPlane ?? false,
      modules,
      serviceConfigs: [],
      labels: {},
      members: [{ name: rest.name, address: rest.address, controlPlane: one.controlPlane ?? false }],
      ...one.config,
    },
    // Rows of newer versions are among the cases, which only this tells apart.
    features: { ...nodeFeatures(talosVersion), finishedCountsAsUp: false },
    machine: () => simulatedMachine(description),
    ...rest,
  };
}

type CaseOptions = Parameters<typeof optionsOf>[1];

/** Powers on a node in the state of `one`, and lets happen what happens there once its boot has completed. */
export function startCase(one: NodeCase, rest: CaseOptions): TalosNodeMachine {
  const node = startNode(optionsOf(one, rest));
  if (one.afterBoot) void afterBoot(node, one.afterBoot);
  return node;
}

async function afterBoot(node: TalosNodeMachine, act: NonNullable<NodeCase["afterBoot"]>): Promise<void> {
  const { clock } = node.options;
  for (;;) {
    const boot = node.boot();
    if (boot?.stage() === "running") return act(boot);
    if (!boot) return;
    await clock.sleep(1000);
  }
}
