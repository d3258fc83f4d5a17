import { describe, expect, it } from "vitest";
import type { ObservedNode } from "../../src/cluster/cluster-verdict.ts";
import { expectedRoles } from "../../src/cluster/expected.ts";
import { judgeCluster } from "../../src/cluster/judge-cluster.ts";
import { parseRoles } from "../../src/roles/load.ts";
import { observedNode, running } from "../helpers/observed.ts";

const rolesOf = (roles: string) =>
  parseRoles(
    `cluster: { name: moon, talos: v1.13.6, arch: arm64, network: { pods: 10.244.0.0/16, services: 10.96.0.0/16 } }
images: { registry: ghcr.io/urmanac/moon }
roles:
${roles}`,
    "roles.yaml",
  ).roles;

const router = (routes: string) => `subnetRouter: { routes: [${routes}], authKey: { env: TS_AUTHKEY } }`;

async function countsOf(text: string, nodes: readonly ObservedNode[]) {
  const roles = rolesOf(text);
  const { cluster } = judgeCluster({ roles, expected: await expectedRoles(roles), nodes });
  return cluster
    .filter(({ rule }) => rule.startsWith("role-count"))
    .map(({ rule, role, message }) => ({ rule, role, message }));
}

const tailscale = running(["zfs", "tailscale"], ["tailscale"]);
const compute = running(["zfs"]);

describe("how many nodes hold a router's role", () => {
  const withMonitor = `
  compute: { extensions: [zfs] }
  gateway: { extensions: [zfs, tailscale], count: 1, ${router("pods, services")} }
  monitor: { extensions: [zfs, tailscale] }
`;

  it("does not count a node of another role that has tailscale for itself", async () => {
    const nodes = [observedNode("n1", "gateway", tailscale), observedNode("n2", "monitor", tailscale)];
    expect(await countsOf(withMonitor, nodes)).toEqual([]);
  });

  it("counts a node that runs the router's image where the inventory says compute", async () => {
    const nodes = [observedNode("n1", "gateway", tailscale), observedNode("n2", "compute", tailscale)];
    expect(await countsOf(withMonitor, nodes)).toMatchObject([
      { rule: "role-count", role: "gateway", message: expect.stringContaining("n1, n2") },
    ]);
  });

  it("does not count a declared one that runs another image", async () => {
    expect(await countsOf(withMonitor, [observedNode("n1", "gateway", compute)])).toMatchObject([
      { role: "gateway", message: expect.stringMatching(/^0 nodes/) },
    ]);
  });

  const two = `
  compute: { extensions: [zfs] }
  inner: { extensions: [zfs, tailscale], count: 1, ${router("pods")} }
  outer: { extensions: [zfs, spin, tailscale], count: 1, ${router("services")} }
`;
  const outer = running(["zfs", "spin", "tailscale"], ["tailscale"]);

  it("counts each of two routers of different routes once", async () => {
    const nodes = [observedNode("n1", "inner", tailscale), observedNode("n2", "outer", outer)];
    expect(await countsOf(two, nodes)).toEqual([]);
  });

  it("counts an undeclared router for the role whose image it runs", async () => {
    const nodes = [
      observedNode("n1", "inner", tailscale),
      observedNode("n2", "outer", outer),
      observedNode("n3", "compute", outer),
    ];
    expect(await countsOf(two, nodes)).toMatchObject([
      { role: "outer", message: expect.stringContaining("n2, n3") },
    ]);
  });
});
