import { describe, expect, it } from "vitest";
import { parseRoles } from "../../roles/load.ts";
import { strictProblems } from "../../talos/config/strict.ts";
import { readConfig } from "../../talos/config/document.ts";
import { guestConfig } from "../vm/guest-config.ts";
import { labMachineConfig, tailnetKeyPlace } from "./machine-config.ts";
import { planLab } from "./plan.ts";

const { roles } = parseRoles(
  `
cluster: {name: moon, talos: v1.13.6, arch: arm64, network: {pods: 10.244.0.0/16, services: 10.96.0.0/16}}
images: {registry: ghcr.io/x/y}
roles:
  compute: {extensions: [drbd, zfs, spin]}
  gateway:
    like: compute
    extensions: {add: [tailscale]}
    subnetRouter: {routes: [pods, services], loginServer: "http://10.0.2.2:8080", authKey: {env: TS_AUTHKEY}}
`,
  "roles.yaml",
);
const plan = planLab(roles, { counts: { compute: 1, gateway: 1 } });

async function configOf(role: string, without: string[] = []): Promise<string> {
  const index = plan.roles.nodes.findIndex((node) => node.role === role);
  const [node, addresses] = [plan.roles.nodes[index], plan.network.machines[index]];
  if (!node || !addresses) throw new Error("no such node");
  return labMachineConfig(plan.roles, node, { lock: undefined, addresses, without });
}

const modules = [
  { name: "drbd", parameters: ["usermode_helper=disabled"] },
  { name: "zfs", parameters: [] },
];

describe("the machine config of the lab", () => {
  it("is what `config` writes for the node, and what the machine acts on", async () => {
    const gateway = guestConfig(await configOf("gateway"), "n2.yaml");
    expect(gateway).toMatchObject({
      hostname: "n2",
      addresses: [{ interface: "eth1", address: "10.10.0.102/24" }],
      node: {
        controlPlane: false,
        modules: expect.arrayContaining(modules),
      },
    });
    expect(gateway.sysctls).toContainEqual({ name: "net.ipv4.ip_forward", value: "1" });
    const [document] = gateway.node.serviceConfigs;
    expect(document?.name).toBe("tailscale");
    expect(document?.environment).toEqual(
      expect.arrayContaining([
        `TS_AUTHKEY=${tailnetKeyPlace}`,
        "TS_ROUTES=10.244.0.0/16,10.96.0.0/16",
        "TS_EXTRA_ARGS=--login-server=http://10.0.2.2:8080",
        "TS_NO_LOGS_NO_SUPPORT=true",
      ]),
    );
  });

  it("has nothing of tailscale for a compute node", async () => {
    const text = await configOf("compute");
    expect(text).not.toContain("tailscale");
    expect(guestConfig(text, "n1.yaml").node).toMatchObject({ controlPlane: true, serviceConfigs: [] });
  });

  it("leaves out a service's document where that is wanted", async () => {
    expect(guestConfig(await configOf("gateway", ["tailscale"]), "n2.yaml").node.serviceConfigs).toEqual([]);
  });

  it("is a config that Talos takes", async () => {
    for (const role of ["compute", "gateway"]) {
      const { documents, problem } = readConfig(await configOf(role), `${role}.yaml`);
      expect(problem).toBeUndefined();
      expect(strictProblems(documents, 13)).toEqual([]);
    }
  });

  it("is refused where it is none", () => {
    expect(() => guestConfig("machine: {", "broken.yaml")).toThrow(/no machine config/);
    expect(() => guestConfig("cluster: {}\n", "typeless.yaml")).toThrow(/no machine.type/);
  });
});
