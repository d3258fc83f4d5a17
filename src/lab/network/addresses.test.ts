import { describe, expect, it } from "vitest";
import { isRolesError } from "../../errors.ts";
import { overlaps, parseCidr } from "../../talos/cidr.ts";
import { labNetwork } from "./addresses.ts";

const usual = { pods: ["10.244.0.0/16"], services: ["10.96.0.0/16"], join: "172.31.0.0/16" };
const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return isRolesError(error) ? error.code : String(error);
  }
};

describe("addresses of the lab", () => {
  it("give each machine an address, a part of the pod network and two cards", () => {
    const { machines, lan, service } = labNetwork(usual, 3);
    expect([lan, service]).toEqual(["10.10.0.0/24", "10.96.0.80"]);
    expect(machines[1]).toEqual({
      node: "10.10.0.102",
      prefixLength: 24,
      podNetwork: "10.244.2.0/24",
      pod: "10.244.2.2",
      cards: { uplink: "52:54:00:74:00:02", lan: "52:54:00:74:01:02" },
    });
    expect(
      new Set(machines.flatMap(({ node, pod, cards }) => [node, pod, cards.lan, cards.uplink])).size,
    ).toBe(12);
  });

  it("keep the nodes' network out of every network of the cluster", () => {
    const { lan } = labNetwork({ pods: ["10.0.0.0/11"], services: ["172.16.0.0/12"] }, 1);
    for (const other of ["10.0.0.0/11", "172.16.0.0/12", "100.64.0.0/10"]) {
      const [a, b] = [parseCidr(lan), parseCidr(other)];
      expect(a && b && overlaps(a, b)).toBe(false);
    }
    expect(
      code(() =>
        labNetwork({ pods: ["10.0.0.0/8"], services: ["172.16.0.0/12"], join: "192.168.0.0/16" }, 1),
      ),
    ).toBe("UNSUPPORTED");
  });

  it("take the first IPv4 network of each, and refuse a cluster without one or without room", () => {
    const both = { pods: ["fd00:1::/48", "10.7.0.0/16"], services: ["fd00:2::/108", "10.8.0.0/20"] };
    expect(labNetwork(both, 1).machines[0]?.pod).toBe("10.7.1.2");
    expect(code(() => labNetwork({ ...usual, pods: ["fd00::/48"] }, 1))).toBe("UNSUPPORTED");
    expect(code(() => labNetwork({ ...usual, pods: ["10.244.0.0/23"] }, 1))).toBe("UNSUPPORTED");
  });
});
