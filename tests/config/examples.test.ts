import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formationInput } from "../../src/formation/from-repository.ts";
import { judge } from "../../src/formation/judge.ts";
import { machineConfig } from "../../src/machine/machine-config.ts";
import { configTargets, type ConfigTarget } from "../../src/machine/targets.ts";
import { documentsText } from "../../src/machine/yaml.ts";
import { plainNode } from "../../src/roles/import/plain-node.ts";
import { loadRoles } from "../../src/roles/load.ts";
import type { RolesFile } from "../../src/roles/model.ts";
import { conflictsOf } from "../../src/talos/config/conflicts.ts";
import { type ConfigDocument, readConfig } from "../../src/talos/config/document.ts";
import { applyPatches } from "../../src/talos/config/patch.ts";
import { strictProblems } from "../../src/talos/config/strict.ts";
import { plain } from "../../src/talos/config/tree.ts";
import { formationQuirks } from "../../src/talos/quirks.ts";

const root = join(import.meta.dirname, "../..");
const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
  .filter((path) => /(?:^|[./])roles\.yaml$/.test(path))
  .sort();

it("there are examples", () => expect(examples).toContain("roles.yaml"));

/** A config as `talosctl gen config` makes it, of what no role decides. */
function generated({ cluster }: RolesFile, controlPlane: boolean, asDocuments: boolean): string {
  const { pods, services } = cluster.network;
  const subnets = { podSubnets: pods, serviceSubnets: services };
  const machine = { type: controlPlane ? "controlplane" : "worker", token: "aaaaaa.bbbbbbbbbbbbbbbb" };
  const etcd = controlPlane ? { etcd: { ca: { crt: "Zm9v", key: "Zm9v" } } } : {};
  if (!asDocuments) {
    const kubelet = { image: "ghcr.io/siderolabs/kubelet:v1.34.1" };
    const install = { disk: "/dev/sda" };
    return documentsText([
      {
        version: "v1alpha1",
        machine: { ...machine, kubelet, install },
        cluster: { network: subnets, ...etcd },
      },
    ]);
  }
  const document = (kind: string, content: object) => ({ apiVersion: "v1alpha1", kind, ...content });
  return documentsText([
    { version: "v1alpha1", machine, cluster: { token: "aaaaaa.bbbbbbbbbbbbbbbb", ...etcd } },
    document("KubeNetworkConfig", subnets),
    document("KubeletConfig", { image: "ghcr.io/siderolabs/kubelet:v1.35.0" }),
    document("UnattendedInstallConfig", {
      provisioning: { diskSelector: { match: 'disk.dev_path == "/dev/sda"' } },
    }),
  ]);
}

const shown = (documents: readonly ConfigDocument[]) => documents.map((one) => plain(one.root));

describe.each(examples)("examples/%s", async (example) => {
  const roles = await loadRoles(join(root, "examples", example));
  const minor = formationQuirks(roles.cluster.talos)!.minor;
  const targets: ConfigTarget[] = [
    ...(roles.nodes.length > 0 ? configTargets(roles) : []),
    ...roles.roles.flatMap((role) => role.arch.map((arch): ConfigTarget => ({ role, arch }))),
  ];

  it.each(
    targets.map(
      (target) => [target.node?.name ?? `role ${target.role.name} ${target.arch}`, target] as const,
    ),
  )("%s: no warning, nothing that Talos refuses, and twice is as once", async (_, target) => {
    const made = await machineConfig(roles, target, { secretOf: () => "a-secret" });
    expect(made.unanswered).toEqual([]);
    const base = readConfig(generated(roles, made.controlPlane, minor >= 14), "base.yaml");
    const patches = made.patches.map(({ text, file }) => readConfig(text, file));
    const once = applyPatches(base.documents, patches);
    const needsDocument = formationQuirks(roles.cluster.talos)!.deletionNeedsDocument;
    const refused = once.problems.filter(({ sort }) => needsDocument || sort !== "patch-document-absent");
    expect(refused).toEqual([]);
    expect(shown(applyPatches(once.documents, patches).documents)).toEqual(shown(once.documents));
    expect(strictProblems(once.documents, minor)).toEqual([]);
    expect(conflictsOf(once.documents)).toEqual([]);
    const node = plainNode({ ...base, documents: once.documents });
    // The inventory's other nodes would be judged with it, and a role's "any node" beside the one that holds the role.
    const alone = { ...roles, nodes: roles.nodes.filter(({ name }) => name === made.name) };
    const input = await formationInput(
      [{ layout: "plain", path: ".", nodes: [{ ...node, name: made.name }], notes: [] }],
      { roles: alone, extensions: target.role.extensions, talos: roles.cluster.talos },
    );
    const { diagnostics, predictions } = judge(input);
    const alarms = diagnostics.filter(({ severity, rule }) => severity !== "info" && rule !== "role-count");
    // A filled-in secret in a file that git may hold is what it is.
    expect(alarms.filter(({ rule }) => rule !== "secret-in-clear")).toEqual([]);
    // Whether a card is in a machine, no config shows.
    const answer = made.role === "gpu" ? "unknown" : "yes";
    expect(predictions.map(({ bootCompletes }) => bootCompletes.answer)).toEqual([answer]);
  });
});
