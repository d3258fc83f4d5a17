import { bootLimitLabel } from "../../cluster/boot-time.ts";
import { RolesError } from "../../errors.ts";
import { scaledClock } from "../node/clock.ts";
import { nodeFeatures } from "../node/features.ts";
import type { NodeImage, NodeOptions } from "../node/model.ts";
import type { GuestConfig } from "./guest-config.ts";
import type { MachineNodeOptions } from "./machine-node.ts";

type Described = Pick<
  MachineNodeOptions,
  "name" | "address" | "arch" | "talosVersion" | "controlPlane" | "bootLimitMs" | "members"
>;

/** The options of the node; without a config, as far as they are known before the machine has booted. */
export const describe = (options: Described, config?: GuestConfig): NodeOptions => ({
  name: options.name,
  address: options.address,
  arch: options.arch,
  mode: "metal",
  image: { talosVersion: options.talosVersion, kernelRelease: "", extensions: [], complaints: [] },
  config: config
    ? {
        ...config.node,
        labels: { ...config.node.labels, ...limitLabel(options) },
        members: config.discovery ? options.members() : [],
      }
    : { controlPlane: options.controlPlane, modules: [], serviceConfigs: [], labels: limitLabel(options) },
  features: nodeFeatures(options.talosVersion),
  machine: () => {
    throw new RolesError("GUEST_LOST", `machine ${options.name} is off`);
  },
  clock: scaledClock(),
  ...(options.bootLimitMs === undefined ? {} : { bootLimitMs: options.bootLimitMs }),
});

/** A boot limit that is not Talos' own is told to whoever asks the node. */
const limitLabel = ({ bootLimitMs }: Described): Record<string, string> =>
  bootLimitMs === undefined ? {} : { [bootLimitLabel]: String(bootLimitMs / 1000) };

/** Labels of the Kubernetes node: the config's, and Talos' own for each extension. */
export const labelsOf = (config: NodeOptions["config"], image: NodeImage): Record<string, string> => ({
  ...config.labels,
  ...Object.fromEntries(
    image.extensions.map(({ name, version }) => [`extensions.talos.dev/${name}`, version]),
  ),
});
