import {
  computeExtensions,
  document,
  drbdFails,
  extension,
  gatewayExtensions,
  networkFact,
  type NodeCase,
  runtimeFact,
  service,
  spin,
  tailnetAddress,
  tailscaleDies,
  withService,
  withTailscale,
  zfs,
  zfsBehaves,
} from "./case-parts.ts";

/** Rows C, D and E of the taxonomy: what is wrong around a node, while it runs, or in its cluster. */
export const liveCases: Record<string, NodeCase> = {
  C1: withService(service("qemu-guest-agent", { paths: ["/dev/virtio-ports/org.qemu.guest_agent.0"] })),
  C2: withService(service("needy", { services: ["ext-nobody"] })),
  C3: {
    ...withService(service("needy", { services: ["syslogd"] })),
    machine: { services: { syslogd: { kind: "cannot-start", stage: "runner", message: "no socket" } } },
  },
  C4: {
    extensions: [
      ...computeExtensions,
      extension("once", "1", service("once", {}, "untilSuccess")),
      extension("after", "1", service("after", { services: ["ext-once"] })),
    ],
    machine: { services: { once: { kind: "exits", code: 0 } } },
  },
  C5: {
    extensions: gatewayExtensions,
    config: { serviceConfigs: [document("tailscale")] },
    machine: { network: { connectivity: false } },
  },
  C6: {
    extensions: gatewayExtensions,
    config: { serviceConfigs: [document("tailscale")] },
    machine: {
      network: { connectivity: false },
      facts: [
        networkFact("ProbeStatuses", "tcp:proxy.example:443", {
          success: false,
          lastError: "dial tcp: lookup proxy.example: no such host",
        }),
      ],
    },
  },
  C7: { machine: { timeSynced: false } },
  C8: {
    extensions: gatewayExtensions,
    config: { serviceConfigs: [document("tailscale")] },
    machine: { services: { cri: { kind: "cannot-start", stage: "runner", message: "no volume" } } },
  },
  C9: {
    machine: { services: { containerd: { kind: "cannot-start", stage: "runner", message: "no socket" } } },
  },
  C10: { machine: { services: { udevd: { kind: "cannot-start", stage: "runner", message: "no rules" } } } },
  C11: zfsBehaves({ kind: "cannot-start", stage: "runner", message: "mkdir /dev/zfs: not a directory" }),
  C12: zfsBehaves({ kind: "cannot-start", stage: "open", message: "invalid mount option" }),
  C13: {
    machine: {
      services: { cri: { kind: "blocked", by: 'volume "EPHEMERAL" to be mounted' } },
      facts: [
        runtimeFact("VolumeStatuses.block.talos.dev", "EPHEMERAL", {
          phase: "failed",
          errorMessage: "no space left on device",
        }),
      ],
    },
  },
  C14: {
    machine: {
      modules: drbdFails("operation not permitted"),
      kernelLog: [
        "kern: notice: Lockdown: init: unsigned module loading is restricted; see man kernel_lockdown.7",
      ],
    },
  },
  D1: {
    ...withService(service("flaky", {})),
    machine: { services: { flaky: { kind: "exits", code: 2, lastLog: "panic" } } },
  },
  D2: {
    ...withService(service("flaky", {}, "never")),
    machine: { services: { flaky: { kind: "exits", code: 2, lastLog: "panic" } } },
  },
  D3: { afterBoot: (boot) => void boot.stopService("ext-zfs-service") },
  D4: tailscaleDies("backend error: invalid key: unable to validate API key"),
  // The node is well: only its tailnet knows that nobody approved its routes.
  D5: withTailscale({}),
  D6: withTailscale({
    facts: [
      networkFact("AddressStatuses", "ovn0/100.64.0.5/16", { address: "100.64.0.5/16", linkName: "ovn0" }),
    ],
  }),
  D7: withTailscale({
    facts: [
      {
        namespace: "k8s",
        type: "NodeIPs.kubernetes.talos.dev",
        id: "kubelet",
        spec: { addresses: [tailnetAddress] },
      },
    ],
  }),
  D8: withTailscale({
    facts: [
      networkFact("RouteStatuses", "tailscale0/inet4//10.244.0.0/16/0", {
        dst: "10.244.0.0/16",
        outLinkName: "tailscale0",
        table: "52",
      }),
    ],
  }),
  D9: zfsBehaves({
    kind: "exits",
    code: 1,
    lastLog: "cannot import 'tank': pool was previously in use from another system",
  }),
  D10: tailscaleDies("", 137),
  E1: { controlPlane: true, machine: { bootstrapped: false } },
  E2: { machine: { kubernetesReady: false } },
  E3: {
    machine: {
      facts: [
        runtimeFact("Diagnostics.runtime.talos.dev", "kubelet-csr", {
          message: "kubelet server certificate rotation is enabled, but CSR is not approved",
          details: ["kubelet API error: remote error: tls: internal error"],
        }),
      ],
    },
  },
  E4: {
    machine: {
      facts: [
        runtimeFact("Diagnostics.runtime.talos.dev", "address-overlap", {
          message: "host and Kubernetes pod/service CIDR addresses overlap",
          details: ["host address 10.244.0.9/24 overlaps 10.244.0.0/16"],
        }),
      ],
    },
  },
  // A second gateway that works: nothing on it is wrong but that it is there.
  E5: withTailscale({}),
  E6: { extensions: [extension("drbd", "9.2.16-v1.13.6"), zfs, spin] },
  E7: { config: { members: [] } },
  E8: { access: "expired" },
  // Its start hangs in every boot, which no message tells: only the boots do.
  E9: zfsBehaves({ kind: "stuck" }),
};
