import { describe, expect, it } from "vitest";
import { fallbackContract, fallbackNames } from "./fallback-contracts.ts";
import { moduleOwner } from "./module-owner.ts";

describe("the table of official extensions", () => {
  it("has each name once, sorted", () => {
    const names = fallbackNames();
    expect(names).toEqual([...new Set(names)].toSorted());
    expect(names).toContain("tailscale");
  });

  it("gives the contract of a version, with the extension's name in its services", async () => {
    expect(fallbackContract("nobody", "v1.13.6")).toBeUndefined();
    expect(fallbackContract("zfs", "v1.8.0")).toBeUndefined();
    const told = fallbackNames().map((name) => [name, fallbackContract(name, "v1.13.6") ?? null]);
    await expect(`${JSON.stringify(Object.fromEntries(told), null, 1)}\n`).toMatchFileSnapshot(
      "fixtures/table-v1.13.6.json",
    );
  });

  it("knows whose a kernel module is, however its name is written", () => {
    expect(moduleOwner("zfs", "v1.13.6")).toBe("zfs");
    expect(moduleOwner("drbd_transport_tcp", "v1.13.6")).toBe("drbd");
    expect(moduleOwner("drbd-transport-tcp", "v1.13.6")).toBe("drbd");
    expect(moduleOwner("vfio_pci", "v1.13.6")).toBeUndefined();
  });
});
