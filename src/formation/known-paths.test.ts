import { expect, it } from "vitest";
import { producerOf } from "./known-paths.ts";

it("what makes a path is known by the path, or said to be unknown", () => {
  expect(producerOf("/dev/zfs")).toMatchObject({ by: "module", module: "zfs" });
  expect(producerOf("/dev/virtio-ports/org.qemu.guest_agent.0")).toMatchObject({ platforms: ["kvm"] });
  expect(producerOf("/dev/of-nobody")).toEqual({ by: "unknown" });
});
