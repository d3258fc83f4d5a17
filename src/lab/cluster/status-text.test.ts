import { describe, expect, it } from "vitest";
import type { LabStatus } from "./status.ts";
import { labStatusText } from "./status-text.ts";

const status: LabStatus = {
  standIn:
    "the root file system is a stand-in, not the real one: for trying things out only; extension zfs is a stand-in, not the real one: for trying things out only",
  talosVersion: "v1.13.6",
  bootLimit: { seconds: 4200, shortened: false },
  machines: [
    {
      name: "n1",
      role: "compute",
      image: "gateway",
      address: "10.10.0.101",
      controlPlane: true,
      stage: "booting",
      kubernetesReady: true,
      pod: { address: "10.244.1.2", phase: "Running", message: "" },
      boots: 2,
      services: [
        { id: "ext-tailscale", state: "Waiting", message: "Waiting for extension service config" },
        { id: "ext-zfs-service", state: "Finished", message: "" },
      ],
    },
  ],
  service: { address: "10.96.0.80", endpoints: [] },
  tailnet: null,
  withoutTailnet: null,
  withoutWorkload: null,
  forced: null,
  traffic: [],
  events: [{ at: Date.UTC(2026, 0, 1, 12), machine: "n1", text: "it boots again" }],
};

describe("a lab as text", () => {
  it("shows what each machine waits for, and a wrong image beside the role", () => {
    const text = labStatusText(status);
    expect(text).toMatch(/n1 +compute \(image: gateway\) +10\.10\.0\.101 +booting +Ready +Running/);
    expect(text).toContain("ext-tailscale: Waiting for extension service config");
    expect(text).not.toContain("ext-zfs-service:");
    expect(text).toContain("12:00:00 n1: it boots again");
    expect(text).toContain("→ no pod runs");
    expect(labStatusText({ ...status, withoutWorkload: "no Go" })).toContain("pods        none: no Go\n");
  });

  it("says of every stand-in that it is one, once", () => {
    expect(labStatusText(status)).toContain(
      "stand-ins   the root file system, extension zfs: for trying things out only\n",
    );
    expect(labStatusText({ ...status, standIn: "something else" })).toContain("stand-ins   something else\n");
    expect(labStatusText({ ...status, standIn: null })).toContain("real Talos; this path is not proven");
  });

  it("shows a shortened boot limit as such", () => {
    expect(labStatusText(status)).toContain("boot limit  70 minutes, as Talos has it");
    const short = labStatusText({ ...status, bootLimit: { seconds: 60, shortened: true } });
    expect(short).toContain("boot limit  60 s, shortened for this lab; Talos has 70 minutes");
  });
});
