// The tables of docs/choosing-a-role.md, from examples/roles.yaml: what stands between two markers is replaced.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formationOfRoles } from "../../src/formation/from-roles.ts";
import { judge } from "../../src/formation/judge.ts";
import { machineConfig, type MachineConfig } from "../../src/machine/machine-config.ts";
import { roleContract } from "../../src/machine/role-contract.ts";
import { countText } from "../../src/roles/counts.ts";
import { loadRoles } from "../../src/roles/load.ts";
import type { Role } from "../../src/roles/model.ts";
import { installerReference } from "../../src/roles/names.ts";
import type { ServiceContract } from "../../src/talos/contract.ts";

export const path = "docs/choosing-a-role.md";

const root = join(import.meta.dirname, "../..");
const example = "examples/roles.yaml";

export async function generate(): Promise<string> {
  const tables = await tablesOf();
  const text = readFileSync(join(root, path), "utf8");
  return text.replaceAll(
    /(<!-- table: (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`${path} asks for a table ${name}, which is not made`);
      return `${begin}\n${table}\n${end}`;
    },
  );
}

async function tablesOf(): Promise<Record<string, string>> {
  const file = await loadRoles(join(root, example));
  const named = { ...file, file: example };
  const rows = await Promise.all(
    named.roles.map(async (role) => ({
      role,
      contract: (await roleContract(named, role)).contract,
      config: await machineConfig(named, { role }),
    })),
  );
  const { predictions } = judge(await formationOfRoles(named, {}));
  return {
    roles: table(
      ["role", "what it is for", "extensions", "how many", "installer image"],
      rows.map(({ role }) => [
        code(role.name),
        role.purpose,
        role.extensions.map(code).join(" "),
        countText(role.count),
        role.arch.map((arch) => code(installerReference(named, { role: role.name, arch }))).join(" "),
      ]),
    ),
    needs: table(
      [
        "role",
        "before Talos' boot completes",
        "kernel modules in the config",
        "documents in the config",
        "in Kubernetes, once",
      ],
      rows.map(({ role, contract, config }) => [
        code(role.name),
        contract.services.map(waits).join("; ") || "nothing waits",
        modules(config).join(", ") || "none",
        documents(config).join(", ") || "none",
        config.manifests.map(({ object }) => kindAndName(object)).join(", ") || "nothing",
      ]),
    ),
    network: table(
      ["role", "outgoing", "incoming", "advertises"],
      rows.map(({ role }) => [code(role.name), ...networkOf(role)]),
    ),
    ready: table(
      ["node", "role", "control plane", "Kubernetes node Ready", "Talos boot completes", "role functional"],
      predictions.map(({ node, role, kubernetesReady, bootCompletes, roleFunctional }) => [
        code(node ?? ""),
        code(role ?? ""),
        named.nodes.find(({ name }) => name === node)?.controlPlane ? "yes" : "no",
        kubernetesReady.answer,
        bootCompletes.answer,
        roleFunctional.answer === "yes"
          ? "yes"
          : `${roleFunctional.answer}: ${roleFunctional.reasons.join("; ")}`,
      ]),
    ),
  };
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return `${line(head)}|${"---|".repeat(head.length)}\n${rows.map(line).join("")}`;
}

function waits({ name, waitsFor }: ServiceContract): string {
  const what = [
    ...(waitsFor.configuration ? ["its document"] : []),
    ...waitsFor.paths.map(code),
    ...(waitsFor.network.length > 0 ? ["a network"] : []),
  ];
  return `${code(`ext-${name}`)} waits for ${what.join(", ") || "other services"}`;
}

interface AnyDocument {
  kind?: string;
  name?: string;
  machine?: { kernel?: { modules?: { name: string; parameters?: string[] }[] } };
}

const first = (config: MachineConfig): AnyDocument[] => config.patches[0]?.documents ?? [];

const modules = (config: MachineConfig): string[] =>
  first(config)
    .flatMap(({ machine }) => machine?.kernel?.modules ?? [])
    .map(({ name, parameters = [] }) => code([name, ...parameters].join(" ")));

const documents = (config: MachineConfig): string[] =>
  first(config).flatMap(({ kind, name }) => (kind ? [`${code(kind)} ${name ? code(name) : ""}`.trim()] : []));

const kindAndName = (object: object): string => {
  const { kind = "", metadata = {} } = object as { kind?: string; metadata?: { name?: string } };
  return `${code(kind)} ${code(metadata.name ?? "")}`;
};

function networkOf({ subnetRouter }: Role): [string, string, string] {
  const usual = "what Kubernetes and Talos need between nodes";
  if (!subnetRouter) return ["image registries", usual, "nothing"];
  const control = subnetRouter.loginServer ?? "Tailscale's control and relay servers";
  return [
    `image registries; ${control} (443/tcp, 3478/udp, any udp)`,
    usual,
    subnetRouter.routes.map(code).join(" "),
  ];
}
