import { join } from "node:path";
import { machineConfig } from "../../src/machine/machine-config.ts";
import { documentsText } from "../../src/machine/yaml.ts";
import { type ConfigTarget, configTargets } from "../../src/machine/targets.ts";
import { loadRoles } from "../../src/roles/load.ts";
import type { RolesFile } from "../../src/roles/model.ts";

export interface TalosCase {
  name: string;
  config: string;
  patches: string[];
}

/** The examples that Talos was asked about. */
const asked = ["edge.roles.yaml", "gpu.roles.yaml", "roles.yaml", "storage.roles.yaml"];
const examples = join(import.meta.dirname, "../../examples");

/** A config that Talos takes as valid, as `talosctl gen config` makes it; `bare` has none of the parts that patches touch. */
function generated({ cluster }: RolesFile, controlPlane: boolean, bare: boolean): string {
  const rest = controlPlane ? "  etcd: {ca: {crt: Zm9v, key: Zm9v}}\n" : "";
  const { pods, services } = cluster.network;
  return `version: v1alpha1
machine:
  type: ${controlPlane ? "controlplane" : "worker"}
  token: aaaaaa.bbbbbbbbbbbbbbbb
  ca: {crt: Zm9v${controlPlane ? ", key: Zm9v" : ""}}
${bare ? "" : "  kubelet: {image: ghcr.io/siderolabs/kubelet:v1.34.1, nodeIP: {validSubnets: [192.168.0.0/16]}}\n  kernel: {modules: [{name: zfs}, {name: br_netfilter}]}\n"}  install: {disk: /dev/sda, wipe: false}
cluster:
  id: Zm9v
  secret: Zm9v
  token: aaaaaa.bbbbbbbbbbbbbbbb
  controlPlane: {endpoint: "https://10.10.0.100:6443"}
  clusterName: ${cluster.name}
  network: {dnsDomain: cluster.local, podSubnets: [${pods.join(", ")}], serviceSubnets: [${services.join(", ")}]}
${controlPlane ? "  ca: {crt: Zm9v, key: Zm9v}\n" : ""}${rest}`;
}

/** Every node and role of the examples as Talos 1.13 gets them: that release's own code is at hand. */
export async function talosCases(): Promise<TalosCase[]> {
  const cases: TalosCase[] = [];
  for (const example of asked) {
    const loaded = await loadRoles(join(examples, example));
    const roles: RolesFile = { ...loaded, file: example, cluster: { ...loaded.cluster, talos: "v1.13.9" } };
    // What a role's config holds but for the installer's name is the same on each architecture.
    const ofRoles = roles.roles.map((role): ConfigTarget => ({ role }));
    for (const target of roles.nodes.length > 0 ? configTargets(roles) : ofRoles) {
      for (const bare of [false, true]) {
        const made = await machineConfig(roles, target, { secretOf: () => "a-secret" });
        cases.push({
          name: `${example} ${made.name}${bare ? ", bare" : ""}`,
          config: generated(roles, made.controlPlane, bare),
          patches: made.patches.map(({ documents }) => documentsText(documents)),
        });
      }
    }
  }
  return cases;
}
