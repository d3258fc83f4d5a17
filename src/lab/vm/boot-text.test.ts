import { expect, it } from "vitest";
import type { BootReport } from "./boot-role.ts";
import { bootReport } from "./boot-text.ts";

const report: BootReport = {
  role: "gateway",
  asset: "iso",
  kernelRelease: "6.18.1-talos",
  layers: ["drbd", "zfs"],
  services: [{ id: "ext-tailscale", state: "Waiting", message: "", waitingFor: "extension service config" }],
  modules: ["drbd"],
  failedModules: [{ name: "zfs", reason: "it is not live" }],
  consoleSeconds: 4.2,
  seconds: 19.3,
  standIns: ["zfs: a stand-in"],
};

it("says how soon the console showed itself, what was mounted, loaded and started, and what stands in", () => {
  const text = bootReport(report);
  expect(text).toContain("gateway booted from its ISO in 19.3 s, kernel 6.18.1-talos");
  expect(text).toContain("console   the kernel's first line after 4.2 s");
  expect(text).toMatch(/layers {4}drbd zfs\nmodules {3}drbd\nnot live {2}zfs: it is not live/);
  expect(text).toMatch(/ext-tailscale +Waiting +extension service config/);
  expect(text).toContain("stand-ins in this image:\n  zfs: a stand-in");
});

it("is silent about a console that said nothing, services and stand-ins that are not there", () => {
  const text = bootReport({ ...report, consoleSeconds: null, services: [], standIns: [], failedModules: [] });
  expect(text).toContain("no extension services");
  expect(text).not.toMatch(/console {3}|stand-ins|not live/);
});
