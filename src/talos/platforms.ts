import type { Arch } from "./arch.ts";
import type { Quirks } from "./quirks.ts";

/** Where a node runs, as Talos names it: it decides the console and how the machine config is found. */
export type Platform = keyof typeof argsByPlatform;

type Args = (arch: Arch, quirks: Quirks) => string;

const cloud = "console=tty1 console=ttyS0 net.ifnames=0";

/** Source: Talos `internal/app/machined/pkg/runtime/v1alpha1/platform/`, 1.9 to 1.14. */
const argsByPlatform = {
  akamai: () => "console=ttyS0 console=tty0 console=tty1 net.ifnames=0",
  alibabacloud: () => cloud,
  aws: (_, { nvmeTimeoutEverywhere }) =>
    nvmeTimeoutEverywhere ? cloud : `${cloud} nvme_core.io_timeout=4294967295`,
  azure: () =>
    "console=ttyS0,115200n8 earlyprintk=ttyS0,115200 rootdelay=300 net.ifnames=0 talos.dashboard.disabled=1 sysctl.kernel.kexec_load_disabled=1",
  cloudstack: () => cloud,
  "digital-ocean": () => "console=ttyS0 console=tty0 console=tty1 net.ifnames=0",
  exoscale: () => cloud,
  gcp: () => "console=ttyS0 net.ifnames=0 talos.dashboard.disabled=1 sysctl.kernel.kexec_load_disabled=1",
  hcloud: () => cloud,
  metal: (arch, { metalSerialConsole }) => {
    if (arch === "arm64") return "console=ttyAMA0 console=tty0";
    return metalSerialConsole ? "console=ttyS0 console=tty0" : "console=tty0";
  },
  nocloud: () => cloud,
  opennebula: () => cloud,
  openstack: () => cloud,
  oracle: () => `${cloud} talos.dashboard.disabled=1`,
  scaleway: () => `${cloud} talos.dashboard.disabled=1`,
  upcloud: () => "net.ifnames=0",
  vmware: (arch) =>
    arch === "arm64"
      ? "talos.config=guestinfo console=tty0 console=ttyAMA0 net.ifnames=0"
      : "talos.config=guestinfo console=tty0 console=ttyS0 earlyprintk=ttyS0,115200 net.ifnames=0",
  vultr: () => "net.ifnames=0",
} as const satisfies Record<string, Args>;

/** Kernel arguments of a platform, separated by spaces. */
export const platformArgs = (platform: Platform, arch: Arch, quirks: Quirks): string =>
  (argsByPlatform[platform] as Args)(arch, quirks);
