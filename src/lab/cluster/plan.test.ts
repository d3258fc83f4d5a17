import { describe, expect, it } from "vitest";
import { isRolesError } from "../../errors.ts";
import { parseRoles } from "../../roles/load.ts";
import { planLab } from "./plan.ts";

const text = (nodes = ""): string => `
cluster: {name: moon, talos: v1.13.6, arch: arm64}
images: {registry: ghcr.io/x/y}
roles:
  compute: {extensions: [drbd], count: {min: 2}}
  gateway: {like: compute, count: 1, extensions: {add: [tailscale]}, subnetRouter: {routes: [pods]}}
  spare: {extensions: [drbd]}
${nodes}`;
const roles = (nodes?: string) => parseRoles(text(nodes), "roles.yaml").roles;
const inventory = `nodes:
  - {name: a, address: 192.0.2.1, role: compute}
  - {name: b, address: 192.0.2.2, role: compute, controlPlane: true}
  - {name: c, address: 192.0.2.3, role: gateway}
`;
const refused = (work: () => unknown): { code: string; message: string } => {
  try {
    work();
  } catch (error) {
    if (isRolesError(error)) return { code: error.code, message: error.message };
  }
  throw new Error("not refused");
};

describe("the plan of a lab", () => {
  it("has as few machines as the counts allow, one of a role that needs none, and a control plane", () => {
    const { nodes } = planLab(roles()).roles;
    expect(nodes.map(({ name, role, controlPlane }) => [name, role, controlPlane])).toEqual([
      ["n1", "compute", true],
      ["n2", "compute", false],
      ["n3", "gateway", false],
      ["n4", "spare", false],
    ]);
  });

  it("keeps names, roles and control planes of the inventory, and gives its own addresses", () => {
    const { roles: planned, network } = planLab(roles(inventory));
    expect(planned.nodes.map(({ name, controlPlane }) => [name, controlPlane])).toEqual([
      ["a", false],
      ["b", true],
      ["c", false],
    ]);
    expect(planned.nodes.map(({ address }) => address)).toEqual(network.machines.map(({ node }) => node));
  });

  it("refuses a second gateway and names both, unless it is forced", () => {
    const counts = { compute: 2, gateway: 2 };
    const { code, message } = refused(() => planLab(roles(), { counts }));
    expect(code).toBe("COUNT_VIOLATED");
    expect(message).toMatch(/n3, n4/);
    expect(planLab(roles(), { counts, force: true }).forced).toBe(message);
    expect(planLab(roles()).forced).toBeNull();
  });

  it("refuses roles that are not there, no machines at all, and more than a computer bears", () => {
    expect(refused(() => planLab(roles(), { counts: { nobody: 1 } })).message).toContain("no role nobody");
    expect(refused(() => planLab(roles(), { counts: {} })).code).toBe("USAGE");
    expect(refused(() => planLab(roles(), { counts: { compute: 40 } })).code).toBe("USAGE");
  });
});
