import type { Output } from "./outputs.ts";

/** What roles.yaml means where it says nothing. `talos-roles check --show-defaults` prints the file with all of it filled in. */
export const defaults = {
  cluster: {
    name: "talos",
    talos: "v1.13.6",
    arch: ["arm64"] as const,
    /** Talos' own (machine config `cluster.network`). */
    network: { pods: ["10.244.0.0/16"], services: ["10.96.0.0/12"] },
    registries: {},
  },
  images: {
    /** A registry on this computer: nothing is published by accident. */
    registry: "localhost:5000",
    outputs: ["kernel", "initramfs", "cmdline", "uki", "installer"] satisfies Output[],
    schematicExtension: false,
    sectorSize: 512 as const,
  },
  role: {
    purpose: "",
    extensions: [] as string[],
    count: { min: 0, max: null },
    /** Two subnet routers for one prefix are a failover pair to Tailscale, so one is the count unless the file says otherwise. */
    subnetRouterCount: { min: 1, max: 1 },
  },
  subnetRouter: { routes: ["pods", "services"], mode: "kernel" as const, tags: [] as string[] },
  node: { controlPlane: false },
};
