import type { Arch } from "../../talos/arch.ts";
import type { Firmware } from "./firmware.ts";

export interface MachineOptions {
  arch: Arch;
  /** As `processorArguments` finds them. */
  processor: readonly string[];
  firmware: Firmware;
  /** Path of the disk image with the UKI. */
  disk: string;
  /** Path of the disk with what stays over a reboot; without it nothing does. */
  ephemeral?: string | undefined;
  /** It lies in a CD drive. */
  isCd?: boolean;
  /** Added to the kernel command line of the booted UKI without touching its bytes. */
  kernelArguments: string[];
  memoryMiB: number;
  /** Where the machine is one of several; alone it has no network beyond itself. */
  network?: MachineNetwork | undefined;
  /** Whether the guest has the stand-in's agent, which is spoken to; default true. */
  agent?: boolean;
  /** The disk is qcow2 and the machine's own, to write on; otherwise it is only read. */
  own?: boolean;
  /** Ports of this computer's loopback that lead to ports of the machine. */
  forwards?: readonly Forward[];
}

export interface Forward {
  here: number;
  there: number;
}

export interface MachineNetwork {
  /** Ethernet address of the card towards the world: DHCP, and this computer as 10.0.2.2. */
  uplink: string;
  /** Ethernet address of the card on the lab's switch. */
  lan: string;
}

/** File descriptors of the started QEMU: the lines to the guest's agent and to the lab's switch. */
export const agentDescriptor = 3;
export const lanDescriptor = 4;

/** This computer as a machine sees it through its uplink. */
export const hostAddress = "10.0.2.2";

const machine: Record<Arch, string[]> = {
  arm64: ["-machine", "virt"],
  amd64: ["-machine", "q35"],
};

/** A starved emulator delivers the timer's interrupts too late for the check that Linux makes on PCs, which then panics. */
const always: Record<Arch, string[]> = {
  arm64: ["console=ttyAMA0"],
  amd64: ["console=ttyS0", "no_timer_check"],
};

export const qemuTool = (arch: Arch): "qemuArm64" | "qemuAmd64" =>
  arch === "arm64" ? "qemuArm64" : "qemuAmd64";

/** What starts a machine that boots `disk` through UEFI, with bounded memory. */
export function qemuArguments(options: MachineOptions): string[] {
  const { arch, firmware, disk, isCd = false, kernelArguments, memoryMiB } = options;
  const extra = [...always[arch], ...kernelArguments].join(" ");
  return [
    machine[arch],
    options.processor,
    ["-m", `${memoryMiB}`, "-smp", "1", "-nodefaults", "-display", "none", "-no-reboot"],
    ["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${firmware.code}`],
    ["-drive", `if=pflash,unit=1,format=raw,file=${firmware.variables}`],
    ["-drive", `if=none,id=boot,file=${disk},${options.own ? "format=qcow2" : "format=raw,readonly=on"}`],
    isCd
      ? ["-device", "virtio-scsi-pci", "-device", "scsi-cd,drive=boot"]
      : ["-device", "virtio-blk-pci,drive=boot"],
    ephemeral(options),
    ["-serial", "stdio", "-monitor", "none"],
    agent(options),
    network(options),
    ["-device", "virtio-rng-pci"],
    ["-smbios", `type=11,value=io.systemd.stub.kernel-cmdline-extra=${extra}`],
  ].flat();
}

const agent = ({ agent = true }: MachineOptions): string[] =>
  agent
    ? [
        ["-device", "virtio-serial-pci", "-chardev", `socket,id=agent,fd=${agentDescriptor}`],
        ["-device", "virtserialport,chardev=agent,name=org.talos-roles.agent"],
      ].flat()
    : [];

const card = (id: string, mac?: string): string[] => [
  "-device",
  `virtio-net-pci,netdev=${id},romfile=${mac === undefined ? "" : `,mac=${mac}`}`,
];

const ephemeral = ({ ephemeral }: MachineOptions): string[] =>
  ephemeral === undefined
    ? []
    : [
        "-drive",
        `if=none,id=ephemeral,file=${ephemeral},format=raw`,
        "-device",
        "virtio-blk-pci,drive=ephemeral,serial=ephemeral",
      ];

function network({ network, forwards = [] }: MachineOptions): string[] {
  if (!network) return ["-netdev", "user,id=uplink,restrict=on", ...card("uplink")];
  return [
    ["-netdev", ["user,id=uplink", ...forwards.map(forward)].join(","), ...card("uplink", network.uplink)],
    ["-netdev", `stream,id=lan,server=off,addr.type=fd,addr.str=${lanDescriptor}`],
    card("lan", network.lan),
  ].flat();
}

const forward = ({ here, there }: Forward): string => `hostfwd=tcp:127.0.0.1:${here}-:${there}`;
