import { describe, expect, it } from "vitest";
import { assignRole } from "../../src/cluster/assign-role.ts";
import { driftOf } from "../../src/cluster/drift.ts";
import { expectedRoles } from "../../src/cluster/expected.ts";
import { judgeCluster } from "../../src/cluster/judge-cluster.ts";
import { known, type Observation } from "../../src/cluster/observation.ts";
import { parseRoles } from "../../src/roles/load.ts";
import { away, observedNode, running } from "../helpers/observed.ts";

const founding = `
  compute: { extensions: [zfs], count: { min: 1 } }
  gateway: { extensions: [zfs, tailscale], count: 1, subnetRouter: { routes: [pods], authKey: { env: TS_AUTHKEY } } }
`;

const labelled = `
  plain: { extensions: [zfs] }
  fast: { extensions: [zfs], labels: { tier: fast } }
  slow: { extensions: [zfs], labels: { tier: slow } }
`;

/** Nodes that no inventory gives a role, as they are judged. */
async function judge(text: string, seen: Record<string, Observation>) {
  const { roles } = parseRoles(
    `cluster: { name: moon, talos: v1.13.6, arch: arm64, network: { pods: 10.244.0.0/16, services: 10.96.0.0/16 } }
images: { registry: ghcr.io/urmanac/moon }
roles:
${text}`,
    "roles.yaml",
  );
  const expected = await expectedRoles(roles);
  const observed = Object.entries(seen).map(([name, one]) =>
    assignRole(expected, observedNode(name, "", one)),
  );
  const verdict = judgeCluster({ roles, expected, nodes: observed });
  return { verdict, drift: driftOf(roles, { verdict, observed, expected }) };
}

const labels = (own: Record<string, string>): Observation => ({
  ...running(["zfs"], ["zfs-service"]),
  kubernetes: known({ nodename: "n", ready: true, labels: own }),
});

const rolesIn = ({ verdict }: Awaited<ReturnType<typeof judge>>): string[] =>
  verdict.nodes.map(({ role }) => role);

describe("the role of a node that nobody gave one to", () => {
  const compute = running(["zfs"], ["zfs-service"]);
  const gateway = running(["zfs", "tailscale"], ["zfs-service", "tailscale"]);

  it("is unknown where the node cannot be reached, and so is how many gateways there are", async () => {
    const found = await judge(founding, { n1: away(), n2: compute });
    expect(rolesIn(found)).toEqual(["unknown", "compute"]);
    expect(found.verdict.cluster).toMatchObject([
      {
        rule: "role-count-unknown",
        severity: "info",
        role: "gateway",
        message: expect.stringContaining("n1"),
      },
    ]);
    expect(found.verdict.formed).toBe(false);
    expect(found.drift.counts).toEqual([]);
    expect(found.drift.nodes[0]).toMatchObject({ role: "unknown", changes: [] });
  });

  it("does not hide a count that is wrong whatever the unknown node is", async () => {
    const { verdict } = await judge(founding, { n1: away(), n2: gateway, n3: gateway, n4: compute });
    expect(verdict.cluster).toMatchObject([{ rule: "role-count", severity: "error", role: "gateway" }]);
    const none = await judge(founding.replace("count: 1", "count: 2"), { n1: away(), n2: compute });
    expect(none.verdict.cluster).toMatchObject([{ rule: "role-count", severity: "error", role: "gateway" }]);
  });

  it("may make one gateway too many, and that is said", async () => {
    const { verdict } = await judge(founding, { n1: away(), n2: gateway, n3: compute });
    expect(verdict.cluster).toMatchObject([
      { rule: "role-count-unknown", severity: "info", role: "gateway" },
    ]);
  });

  it("is told by labels where the image cannot tell", async () => {
    const found = await judge(labelled, {
      a: labels({ tier: "slow" }),
      b: labels({ tier: "fast" }),
      c: labels({}),
    });
    expect(rolesIn(found)).toEqual(["slow", "fast", "plain"]);
  });

  it("is unknown where neither image nor labels tell, and says which it may be", async () => {
    const without = labelled.replace(/ {2}plain.*\n/, "");
    const found = await judge(without, { a: labels({}), b: running(["zfs"], ["zfs-service"]) });
    expect(rolesIn(found)).toEqual(["unknown", "unknown"]);
    for (const { causes, roleFunctional } of found.verdict.nodes) {
      expect(causes).toEqual([]);
      expect(roleFunctional).toMatchObject({
        answer: "unknown",
        reasons: expect.arrayContaining([expect.stringContaining("fast, slow")]),
      });
    }
    expect(found.drift.nodes[0]).toMatchObject({
      changes: [],
      unknown: expect.arrayContaining([expect.stringContaining("fast, slow")]),
    });
  });
});
