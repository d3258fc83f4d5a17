import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { parseRoles } from "../../roles/load.ts";
import { readConfig } from "../../talos/config/document.ts";
import { strictProblems } from "../../talos/config/strict.ts";
import { labMachineConfig } from "../cluster/machine-config.ts";
import { planLab } from "../cluster/plan.ts";
import { realConfig } from "./config.ts";
import { makeClusterSecrets } from "./secrets.ts";

const { roles } = parseRoles(
  `
cluster: {name: moon, talos: v1.13.6, arch: arm64, network: {pods: 10.244.0.0/16, services: 10.96.0.0/16}}
images: {registry: ghcr.io/x/y}
roles:
  compute: {extensions: [drbd, zfs, spin]}
  gateway: {like: compute, extensions: {add: [tailscale]}, subnetRouter: {routes: [pods], authKey: {env: TS_AUTHKEY}}}
`,
  "roles.yaml",
);
const plan = planLab(roles, { counts: { compute: 1, gateway: 1 } });
const secrets = await makeClusterSecrets();

async function configOf(index: number): Promise<string> {
  const [node, addresses] = [plan.roles.nodes[index], plan.network.machines[index]];
  if (!node || !addresses) throw new Error("no such node");
  const real = realConfig(node, { lan: plan.network.lan, endpoint: "10.10.0.101", secrets });
  return labMachineConfig(plan.roles, node, { lock: undefined, addresses, without: [], real });
}

type Pair = { crt: string; key: string };
interface Root {
  machine: { token: string; ca: Pair; kubelet: object };
  cluster: {
    ca: Pair;
    etcd?: { ca: Pair };
    aggregatorCA?: Pair;
    serviceAccount?: { key: string };
    inlineManifests?: { name: string; contents: string }[];
  };
}
const rootOf = (text: string): Root => parseAllDocuments(text)[0]?.toJS() as Root;
const pem = (text: string): string => Buffer.from(text, "base64").toString("utf8");

describe("the machine config of a lab of real Talos", () => {
  it("has no field that Talos does not know, on either kind of node", async () => {
    for (const index of [0, 1]) {
      const { documents, problem } = readConfig(await configOf(index), "n.yaml");
      expect(problem).toBeUndefined();
      expect(strictProblems(documents, 13)).toEqual([]);
    }
  });

  it("gives the control plane every authority with the key that belongs to it, of the kind that Talos reads", async () => {
    const { machine, cluster } = rootOf(await configOf(0));
    const pairs: [Pair | undefined, string, string][] = [
      [machine.ca, "ed25519", "ED25519 PRIVATE KEY"],
      [cluster.ca, "ec", "EC PRIVATE KEY"],
      [cluster.etcd?.ca, "ec", "EC PRIVATE KEY"],
      [cluster.aggregatorCA, "ec", "EC PRIVATE KEY"],
    ];
    for (const [pair, kind, label] of pairs) {
      const text = pem(pair?.key ?? "");
      expect(text).toContain(`-----BEGIN ${label}-----`);
      const key = createPrivateKey(text.replaceAll("ED25519 ", ""));
      expect(key.asymmetricKeyType).toBe(kind);
      const certificate = new X509Certificate(pem(pair?.crt ?? ""));
      expect([certificate.ca, certificate.checkPrivateKey(key)]).toEqual([true, true]);
    }
    expect(createPrivateKey(pem(cluster.serviceAccount?.key ?? "")).asymmetricKeyType).toBe("rsa");
    expect(
      cluster.inlineManifests?.map(({ contents }) => (parse(contents) as { kind: string }).kind),
    ).toEqual(["RuntimeClass"]);
  });

  it("gives a worker no key, and all nodes the lab's own network to know each other by", async () => {
    const { machine, cluster } = rootOf(await configOf(1));
    expect([machine.ca.key, cluster.ca.key]).toEqual(["", ""]);
    expect([cluster.etcd, cluster.aggregatorCA, cluster.serviceAccount, cluster.inlineManifests]).toEqual(
      Array(4).fill(undefined),
    );
    expect(machine.kubelet).toMatchObject({ nodeIP: { validSubnets: ["10.10.0.102/32"] } });
    const first = rootOf(await configOf(0));
    expect(first.machine.kubelet).toMatchObject({ nodeIP: { validSubnets: [plan.network.lan] } });
  });

  it("is of another cluster each time", async () => {
    const other = await makeClusterSecrets();
    expect(other.bootstrapToken).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    expect([other.id, other.secret, other.os.key]).not.toEqual([secrets.id, secrets.secret, secrets.os.key]);
  });
});
