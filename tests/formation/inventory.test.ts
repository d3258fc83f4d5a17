import { describe, expect, it } from "vitest";
import { inputOf, judgeCase } from "./judge-case.ts";

const roles = `cluster: {talos: v1.13.6, arch: arm64}
roles:
  compute: {extensions: [zfs]}
  gateway: {extensions: [zfs, tailscale], count: 1, subnetRouter: {authKey: {env: K}}}
nodes:
  - {name: n1, address: 10.0.0.1, role: gateway}
  - {name: n2, address: 10.0.0.2, role: compute, arch: arm64}
  - {name: n3, address: 10.0.0.3, role: compute}
`;
const config = (network: string) => `version: v1alpha1\nmachine: {type: worker, network: ${network}}\n`;

const judged = (files: Record<string, string>, given = {}) => judgeCase({ given, files, roles });
const nodesOf = ({ predictions }: Awaited<ReturnType<typeof judged>>) =>
  predictions.map(({ node, role }) => `${node} ${role}`).toSorted();

describe("roles and configs together", () => {
  it("nodes of the inventory without a config are predicted as without any config", async () => {
    const both = await judged({ "n1.yaml": config("{hostname: n1}") });
    expect(nodesOf(both)).toEqual(["n1 gateway", "n2 compute", "n3 compute"]);
    const alone = await judged({});
    for (const name of ["n2", "n3"]) {
      const find = (one: typeof both) => one.predictions.find(({ node }) => node === name);
      expect(find(both)).toEqual(find(alone));
    }
    // The node with a config is judged by what that config lacks, not by what would be rendered.
    const own = both.predictions.find(({ node }) => node === "n1");
    expect(own).not.toEqual(alone.predictions.find(({ node }) => node === "n1"));
  });

  it("a config is found by its address too, and no node is told of twice", async () => {
    const named = await judged({
      "a.yaml": config("{hostname: other, interfaces: [{interface: eth0, addresses: [10.0.0.3/24]}]}"),
    });
    expect(nodesOf(named)).toEqual(["n1 gateway", "n2 compute", "other compute"]);
  });

  it("the architecture given for the configs is not that of the inventory", async () => {
    const { nodes } = await inputOf({
      given: { arch: "amd64" },
      files: { "n1.yaml": config("{hostname: n1}") },
      roles,
    });
    expect(nodes.map(({ name, profile }) => [name, profile.arch])).toEqual([
      ["n1", "amd64"],
      ["n2", "arm64"],
      ["n3", "arm64"],
    ]);
  });
});
