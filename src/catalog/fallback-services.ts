import type { ServiceContract, ServiceWaits } from "../talos/contract.ts";
import { type FallbackRow, all } from "./fallback-row.ts";

type Service = Omit<ServiceContract, "extension">;

const nothing: ServiceWaits = { configuration: false, time: false, paths: [], services: [], network: [] };
const service = (
  name: string,
  waits: Partial<ServiceWaits> = {},
  restart: Service["restart"] = "always",
): Service => ({
  name,
  waitsFor: { ...nothing, ...waits },
  restart,
});

const joined = ["addresses", "connectivity", "etcfiles"];
const named = ["addresses", "connectivity", "hostname", "etcfiles"];
const configured = { configuration: true, services: ["cri"], network: joined };
const nvidia = { paths: ["/sys/bus/pci/drivers/nvidia"] };
const machined = "/system/run/machined/machine.sock";

/** Extensions with services. */
export const serviceRows: readonly FallbackRow[] = [
  ...["tailscale", "lldpd", "nebula", "zerotier"].map((extension) => ({
    extension,
    talos: all,
    source: `network/${extension}/${extension}.yaml`,
    services: [service(extension, configured)],
  })),
  ...["netbird", "newt", "cloudflared"].map((extension) => ({
    extension,
    talos: all,
    source: `network/${extension}/${extension}.yaml`,
    services: [service(extension, { ...configured, network: named })],
  })),
  {
    extension: "bird2",
    talos: ">=1.12.0 <1.13.0",
    source: "network/bird2/bird2.yaml",
    services: [service("bird2", { ...configured, network: ["addresses", "etcfiles", "hostname"] })],
  },
  {
    extension: "bird2",
    talos: ">=1.13.0 <1.15.0",
    source: "network/bird2/bird2.yaml",
    services: [service("bird2", { configuration: true })],
  },
  {
    extension: "nut-client",
    talos: all,
    source: "power/nut-client/nut-client.yaml",
    services: [service("nut-client", { ...configured, paths: [machined] })],
  },
  {
    extension: "zfs",
    talos: all,
    source: "storage/zfs/zfs-service.yaml",
    services: [service("zfs-service", { paths: ["/dev/zfs"], services: ["udevd", "cri"] }, "untilSuccess")],
    modules: { spl: [], zfs: ["spl"] },
  },
  {
    extension: "multipath-tools",
    talos: ">=1.12.0 <1.15.0",
    source: "storage/multipath-tools/multipathd.yaml",
    services: [
      service("multipathd", { paths: ["/dev/mapper/control"], services: ["udevd", "cri"], network: named }),
    ],
  },
  {
    extension: "iscsi-tools",
    talos: ">=1.9.0 <1.10.0",
    source: "storage/iscsi-tools/iscsid.yaml",
    services: [
      service("iscsid", { services: ["cri", "ext-tgtd"], network: named }),
      service("tgtd", { services: ["cri"], network: named }),
    ],
  },
  {
    extension: "iscsi-tools",
    talos: ">=1.10.0 <1.15.0",
    source: "storage/iscsi-tools/iscsid.yaml",
    services: [
      service("iscsid", { paths: ["/etc/iscsi/initiatorname.iscsi"], services: ["cri"], network: named }),
    ],
  },
  {
    extension: "nfs-utils",
    talos: ">=1.12.0 <1.15.0",
    source: "storage/nfs-utils/rpcbind.yaml",
    services: [
      service("rpc-statd", { services: ["cri", "ext-rpcbind"], network: named }),
      service("rpcbind", { services: ["cri"], network: named }),
    ],
  },
  {
    extension: "qemu-guest-agent",
    talos: all,
    source: "guest-agents/qemu-guest-agent/qemu-guest-agent.yaml",
    services: [
      service("qemu-guest-agent", { paths: [machined, "/dev/virtio-ports/org.qemu.guest_agent.0"] }),
    ],
  },
  {
    extension: "hyperv-guest-agent",
    talos: ">=1.14.0 <1.15.0",
    source: "guest-agents/hyperv-guest-agent/hyperv-kvp.yaml",
    services: [
      service("hyperv-kvp", { paths: ["/dev/vmbus/hv_kvp"], network: ["addresses"] }),
      service("hyperv-vss", { paths: ["/dev/vmbus/hv_vss"] }),
    ],
  },
  {
    extension: "metal-agent",
    talos: all,
    source: "guest-agents/metal-agent/metal-agent.yaml",
    services: [service("metal-agent", { paths: [machined, "/etc/ssl/certs"], network: ["addresses"] })],
  },
  {
    extension: "vmtoolsd-guest-agent",
    talos: ">=1.11.0 <1.15.0",
    source: "guest-agents/vmtoolsd-guest-agent/talos-vmtoolsd.yaml",
    services: [service("talos-vmtoolsd", { paths: [machined], network: ["addresses"] })],
    emptyOn: ["arm64"],
  },
  {
    extension: "xen-guest-agent",
    talos: all,
    source: "guest-agents/xen-guest-agent/xen-guest-agent.yaml",
    services: [service("xen-guest-agent")],
  },
  ...["lts", "production"].flatMap((line): FallbackRow[] => [
    {
      extension: `nvidia-container-toolkit-${line}`,
      talos: ">=1.9.0 <1.13.0",
      source: `nvidia-gpu/nvidia-container-toolkit/${line}/nvidia-persistenced.yaml`,
      services: [service("nvidia-persistenced", { ...nvidia, services: ["cri", "udevd"] })],
      criParts: ["10-nvidia-container-runtime.part"],
    },
    {
      extension: `nvidia-container-toolkit-${line}`,
      talos: ">=1.13.0 <1.15.0",
      source: `nvidia-gpu/nvidia-container-toolkit/${line}/nvidia-cdi-gen.yaml`,
      services: [
        service("nvidia-cdi-gen", { services: ["ext-nvidia-persistenced"] }, "untilSuccess"),
        service("nvidia-persistenced", { ...nvidia, services: ["udevd"] }),
      ],
      criParts: ["10-nvidia-container-runtime.part"],
    },
    {
      extension: `nvidia-fabricmanager-${line}`,
      talos: all,
      source: `nvidia-gpu/nvidia-fabricmanager/${line}/nvidia-fabricmanager.yaml`,
      services: [service("nvidia-fabricmanager", { ...nvidia, services: ["cri", "udevd"] })],
    },
  ]),
  {
    extension: "nvidia-gdrdrv-device",
    talos: ">=1.12.0 <1.15.0",
    source: "nvidia-gpu/nvidia-gdrdrv-device/nvidia-gdrdrv-device.yaml",
    services: [service("nvidia-gdrdrv-device", { services: ["cri"] }, "untilSuccess")],
  },
  ...["stargz-snapshotter", "soci-snapshotter"].map((extension) => ({
    extension,
    talos: extension === "soci-snapshotter" ? ">=1.12.0 <1.15.0" : all,
    source: `container-runtime/${extension}/${extension}.yaml`,
    services: [service(extension, { services: ["cri"] })],
    criParts: [`10-${extension}.part`],
  })),
];
