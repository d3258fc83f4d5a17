import { describe, expect, it } from "vitest";
import { clusterMembers, type Member } from "./members.ts";

const member = (name: string, index: number, serves = true): Member => ({
  name,
  role: serves ? "compute" : "gateway",
  address: `10.10.0.10${index}`,
  podNetwork: `10.244.${index}.0/24`,
  pod: `10.244.${index}.2`,
  serves,
});

function cluster() {
  let now = 1000;
  const members = clusterMembers({
    members: [member("n1", 1, false), member("n2", 2), member("n3", 3)],
    services: "10.96.0.0/16",
    service: "10.96.0.80",
    moduleUrl: () => "http://10.0.2.2:1/module.wasm",
    now: () => now,
  });
  return { members, pass: (ms: number) => (now += ms) };
}
const running = "pod hello running \n";

describe("the stand-in for Kubernetes", () => {
  it("knows a node only from its heartbeats, and loses it when they stop", () => {
    const { members, pass } = cluster();
    expect(members.nodes()).toEqual([]);
    members.heartbeat("n2", "");
    expect(members.nodes().map(({ metadata }) => metadata.name)).toEqual(["n2"]);
    expect(members.isReady("n2")).toBe(true);
    pass(19_000);
    expect(members.isReady("n2")).toBe(true);
    pass(2000);
    expect(members.isReady("n2")).toBe(false);
    expect(members.nodes()[0]?.status?.conditions?.[0]?.status).toBe("Unknown");
    expect(members.heartbeat("stranger", "")).toBeUndefined();
  });

  it("puts only running pods of ready compute nodes behind the service", () => {
    const { members, pass } = cluster();
    members.heartbeat("n1", running);
    members.heartbeat("n2", "pod hello pending \n");
    expect(members.service.endpoints()).toEqual([]);
    members.heartbeat("n2", running);
    const orders = members.heartbeat("n3", running) ?? "";
    expect(members.service.endpoints()).toEqual(["10.244.2.2:80", "10.244.3.2:80"]);
    expect(orders.split("\n")).toEqual([
      "route 10.96.0.0/16 dev eth1 src 10.10.0.103",
      "route 10.244.1.0/24 via 10.10.0.101",
      "route 10.244.2.0/24 via 10.10.0.102",
      "pod hello 10.244.3.2 spin http://10.0.2.2:1/module.wasm",
      "service 10.96.0.80 80 10.244.2.2:80,10.244.3.2:80",
      "",
    ]);
    pass(25_000);
    members.heartbeat("n3", running);
    expect(members.service.endpoints()).toEqual(["10.244.3.2:80"]);
  });

  it("says why a pod does not run, in the kubelet's words", () => {
    const { members } = cluster();
    members.heartbeat("n2", 'pod hello failed no runtime for "spin" is configured\nnoise\npod hello what\n');
    expect(members.pods()[0]?.status).toEqual({
      phase: "Failed",
      podIP: "10.244.2.2",
      message: 'no runtime for "spin" is configured',
    });
  });

  it("has a machine run what was asked for on it, says what the machine says of it, and has it taken away", () => {
    const { members } = cluster();
    const spec = { nodeName: "n2", runtimeClassName: "wasmtime-spin-v2" };
    members.heartbeat("n2", running);
    members.createPod("default", { metadata: { name: "check-1" }, spec });
    expect(members.heartbeat("n2", running)).toContain(
      "pod x1 10.244.2.4 spin http://10.0.2.2:1/module.wasm\n",
    );
    expect(members.heartbeat("n3", "")).not.toContain("pod x1");
    const phase = () => members.pods().find(({ metadata }) => metadata.name === "check-1")?.status?.phase;
    expect(phase()).toBe("Pending");
    members.heartbeat("n2", `${running}pod x1 running \n`);
    expect(phase()).toBe("Running");
    expect(members.service.endpoints()).toEqual(["10.244.2.2:80"]);
    expect([members.removePod("default", "check-1"), members.removePod("default", "check-1")]).toEqual([
      true,
      false,
    ]);
    expect(members.heartbeat("n2", running)).not.toContain("pod x1");
  });

  it("runs no pod that names no node of it, or a runtime that it does not have", () => {
    const { members } = cluster();
    expect(members.createPod("default", { metadata: { name: "a" }, spec: {} })).toBeUndefined();
    expect(
      members.createPod("default", {
        metadata: { name: "b" },
        spec: { nodeName: "n2", runtimeClassName: "kata" },
      }),
    ).toBeUndefined();
    expect(members.pods()).toEqual([]);
  });
});
