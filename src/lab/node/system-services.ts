import type { ServiceWaits } from "../../talos/contract.ts";
import type { ServiceSpec } from "../../talos/service-spec.ts";

const nothing: ServiceWaits = { configuration: false, time: false, paths: [], services: [], network: [] };

const systemService = (name: string, waits: Partial<ServiceWaits> = {}): ServiceSpec => ({
  name,
  // Talos' own services are no containers; an extension's always has an entrypoint.
  entrypoint: "",
  args: [],
  environment: [],
  mounts: [],
  waitsFor: { ...nothing, ...waits },
  restart: "always",
});

const nodeAddress = ["addresses", "hostname", "etcfiles"];

/** Talos' own services and what each waits for; the kubelet waits for no extension. Source: Talos' system services, 1.9 … 1.14. */
export function systemServices(controlPlane: boolean): ServiceSpec[] {
  return [
    systemService("machined"),
    systemService("containerd"),
    systemService("udevd"),
    systemService("auditd"),
    systemService("syslogd"),
    systemService("apid", { services: ["containerd"] }),
    systemService("cri", { services: ["containerd"], network: ["etcfiles"] }),
    systemService("kubelet", { services: ["cri"], time: true, network: nodeAddress }),
    ...(controlPlane
      ? [
          systemService("trustd", { services: ["containerd"], time: true, network: nodeAddress }),
          systemService("etcd", { services: ["cri"], time: true, network: nodeAddress }),
        ]
      : []),
  ];
}

/** Services that must run before a node calls itself ready. */
export const requiredServices = (controlPlane: boolean): string[] => [
  "apid",
  ...(controlPlane ? ["etcd"] : []),
  "kubelet",
  "machined",
  ...(controlPlane ? ["trustd"] : []),
];
