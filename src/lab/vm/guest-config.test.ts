import { describe, expect, it } from "vitest";
import { guestConfig } from "./guest-config.ts";

const text = `version: v1alpha1
machine:
  type: controlplane
  network:
    hostname: n1
    interfaces: [{interface: eth1, addresses: [10.10.0.101/24]}]
    extraHostEntries: [{ip: 10.0.2.2, aliases: [host, door]}]
  sysctls: {vm.nr_hugepages: "2"}
  kernel: {modules: [{name: drbd, parameters: [usermode_helper=disabled]}]}
  nodeLabels: {rack: a}
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: tailscale
environment: [TS_ROUTES=10.244.0.0/16]
`;

describe("what a machine of the lab does with its config", () => {
  it("is what the config says, with what Talos sets by itself", () => {
    expect(guestConfig(text, "n1.yaml")).toEqual({
      node: {
        controlPlane: true,
        modules: [{ name: "drbd", parameters: ["usermode_helper=disabled"] }],
        serviceConfigs: [{ name: "tailscale", environment: ["TS_ROUTES=10.244.0.0/16"], configFiles: [] }],
        labels: { rack: "a" },
      },
      hostname: "n1",
      addresses: [{ interface: "eth1", address: "10.10.0.101/24" }],
      hosts: [{ address: "10.0.2.2", names: ["host", "door"] }],
      sysctls: [
        { name: "net.ipv4.ip_forward", value: "1" },
        { name: "vm.nr_hugepages", value: "2" },
      ],
      discovery: true,
    });
  });

  it("leaves members unknown where discovery is off", () => {
    const off = text.replace("\n---", "\ncluster: {discovery: {enabled: false}}\n---");
    expect(guestConfig(off, "n1.yaml").discovery).toBe(false);
  });

  it.each([
    ["no YAML", "{"],
    ["no machine", "cluster: {}\n"],
  ])("is nothing where it is %s", (_what, broken) => {
    expect(() => guestConfig(broken, "n1.yaml")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }) as Error,
    );
  });
});
