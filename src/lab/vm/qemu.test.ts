import { describe, expect, it } from "vitest";
import { qemuArguments } from "./qemu.ts";

const options = {
  arch: "arm64",
  processor: ["-accel", "tcg"],
  firmware: { code: "code.fd", variables: "variables.fd" },
  disk: "medium.img",
  kernelArguments: [],
  memoryMiB: 512,
} as const;
const text = (changes: object): string =>
  qemuArguments({ ...options, kernelArguments: [], ...changes }).join(" ");

describe("qemuArguments", () => {
  it("has the medium as a disk, or in a CD drive, and never writes to it", () => {
    const drive = "-drive if=none,id=boot,file=medium.img,format=raw,readonly=on";
    expect(text({})).toContain(`${drive} -device virtio-blk-pci,drive=boot`);
    expect(text({ isCd: true })).toContain(`${drive} -device virtio-scsi-pci -device scsi-cd,drive=boot`);
  });

  it("gives real Talos a disk of its own to write on, no agent, and ways to its APIs from loopback alone", () => {
    const network = { uplink: "52:54:00:74:00:01", lan: "52:54:00:74:01:01" };
    const forwards = [{ here: 40001, there: 50000 }];
    const real = text({ own: true, agent: false, network, forwards });
    expect(real).toContain("-drive if=none,id=boot,file=medium.img,format=qcow2 ");
    expect(real).toContain("-netdev user,id=uplink,hostfwd=tcp:127.0.0.1:40001-:50000 ");
    expect(real).not.toContain("org.talos-roles.agent");
    expect(text({ network })).toContain("org.talos-roles.agent");
  });

  it("passes over the timer check of PCs, which a starved emulator fails", () => {
    expect(text({ arch: "amd64", kernelArguments: ["a=b"] })).toContain(
      "kernel-cmdline-extra=console=ttyS0 no_timer_check a=b",
    );
    expect(text({})).toContain("kernel-cmdline-extra=console=ttyAMA0");
  });
});
