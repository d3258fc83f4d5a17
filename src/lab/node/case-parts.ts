import type { ServiceSpec } from "../../talos/service-spec.ts";
import type { MachineFact, ServiceConfig } from "./agent.ts";
import type { Boot } from "./boot.ts";
import type { NodeConfig, NodeExtension } from "./model.ts";
import type { Behaviour, MachineDescription } from "./simulated-machine.ts";

/** A node in a state that somebody has to find the cause of. */
export interface NodeCase {
  extensions?: NodeExtension[];
  complaints?: string[];
  config?: Partial<NodeConfig>;
  machine?: Partial<MachineDescription>;
  mode?: string;
  /** What the boot loader goes back to: the boot that fails is an upgrade on probation. */
  fallback?: NodeExtension[];
  /** A control plane, where the row is about one. */
  controlPlane?: boolean;
  /** What happens once the boot has completed. */
  afterBoot?: (boot: Boot) => void;
  /** How its API is wrong: a certificate that has expired, a port where nobody listens, a stream that stops in the middle. */
  access?: "expired" | "refuses" | "hangs";
}

const nothing = { configuration: false, time: false, paths: [], services: [], network: [] };

export const service = (
  name: string,
  waitsFor: Partial<ServiceSpec["waitsFor"]>,
  restart: ServiceSpec["restart"] = "always",
): ServiceSpec => ({
  name,
  entrypoint: name,
  args: [],
  environment: [],
  mounts: [],
  waitsFor: { ...nothing, ...waitsFor },
  restart,
});

export const extension = (name: string, version: string, ...services: ServiceSpec[]): NodeExtension => ({
  name,
  version,
  author: "",
  description: "",
  services,
});

export const drbd: NodeExtension = extension("drbd", "9.3.3-v1.13.6");
export const zfs: NodeExtension = extension(
  "zfs",
  "2.4.3-v1.13.6",
  service("zfs-service", { paths: ["/dev/zfs"], services: ["udevd"] }),
);
export const spin: NodeExtension = extension("spin", "v0.23.0");
const tailscale: NodeExtension = extension(
  "tailscale",
  "1.102.2",
  service("tailscale", {
    services: ["cri"],
    network: ["addresses", "connectivity", "etcfiles"],
    configuration: true,
  }),
);

/** Extensions of the two roles of ADR-004 as a simulated node has them. */
export const computeExtensions: NodeExtension[] = [drbd, zfs, spin];
export const gatewayExtensions: NodeExtension[] = [...computeExtensions, tailscale];

/** The address that the tunnel of a simulated gateway has. */
export const tailnetAddress = "100.100.1.1";

export const document = (name: string, environment: string[] = ["TS_AUTHKEY=simulated"]): ServiceConfig => ({
  name,
  environment,
  configFiles: [],
});
export const modules: NodeConfig["modules"] = [
  { name: "drbd", parameters: ["usermode_helper=disabled"] },
  { name: "zfs", parameters: [] },
];
export const withTailscale = (machine: Partial<MachineDescription>): NodeCase => ({
  extensions: gatewayExtensions,
  config: { serviceConfigs: [document("tailscale")] },
  machine,
});
export const tailscaleDies = (lastLog: string, code = 1): NodeCase =>
  withTailscale({ services: { tailscale: { kind: "exits", code, lastLog } } });
export const zfsBehaves = (behaviour: Behaviour): NodeCase => ({
  machine: { services: { "zfs-service": behaviour } },
});
export const withService = (one: ServiceSpec, rest: NodeCase = {}): NodeCase => ({
  ...rest,
  extensions: [...computeExtensions, extension("extra", "1", one)],
});

/** A module the image has, that the kernel does not take. */
export const drbdFails = (loadError: string): MachineDescription["modules"] => [
  { name: "drbd", dependsOn: [], loadError: `load drbd failed: ${loadError}` },
  ...zfsModules(),
];

export function zfsModules(): MachineDescription["modules"] {
  return [
    { name: "spl", dependsOn: [] },
    { name: "zfs", dependsOn: ["spl"], makes: "/dev/zfs" },
  ];
}

export const networkFact = (type: string, id: string, spec: object): MachineFact => ({
  namespace: "network",
  type: `${type}.net.talos.dev`,
  id,
  spec,
});

export const runtimeFact = (type: string, id: string, spec: object): MachineFact => ({
  namespace: "runtime",
  type,
  id,
  spec,
});
