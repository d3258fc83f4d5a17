import type { RolesFile } from "../roles/model.ts";
import { installerReference } from "../roles/names.ts";
import type { Arch } from "../talos/arch.ts";
import type { MachineConfig } from "./machine-config.ts";

export interface CommandOptions {
  format: "talosctl" | "talm";
  /** Folder that the patches are written to. */
  out: string;
  /** As the patches were asked for: the line that writes them says the same. */
  asked?: Asked;
}

interface Asked {
  /** A node of the inventory. */
  name?: string | undefined;
  checkout?: string | undefined;
  arch?: Arch | undefined;
  v1alpha1?: boolean | undefined;
  append?: boolean | undefined;
  force?: boolean | undefined;
}

export interface CommandStep {
  /** What the lines do, and why now. */
  title: string;
  lines: string[];
}

interface NodeConfig {
  config: MachineConfig;
  address: string;
  image: string;
  isRouter: boolean;
}

/**
 * The lines that bring nodes to their roles, in safe order: configs before images, because a document without its service is inert and a service
 * without its document hangs; then workers; then control planes one at a time; the subnet router last, because it carries the way in. Never run.
 */
export function commandSteps(
  file: RolesFile,
  configs: readonly MachineConfig[],
  options: CommandOptions,
): CommandStep[] {
  const nodes = configs.flatMap((config) => nodeConfig(file, config));
  const others = nodes.filter(({ isRouter }) => !isRouter);
  const workers = others.filter(({ config }) => !config.controlPlane);
  const planes = others.filter(({ config }) => config.controlPlane);
  const routers = nodes.filter(({ isRouter }) => isRouter);
  const ordered = [...workers, ...planes, ...routers];
  const upgrades = (some: readonly NodeConfig[]): string[] =>
    some.flatMap((node) => [
      upgradeLine(node, options),
      ...(node.config.controlPlane ? [healthLine(file, node)] : []),
    ]);
  return [
    {
      title: "Write the patches, secrets filled in",
      lines: ordered.length > 0 ? [writeLine(file, options)] : [],
    },
    {
      title: "Configs first: an image must not come before the config that its services wait for",
      lines: ordered.map((node) => patchLine(node, options)),
    },
    { title: "What Kubernetes needs, once", lines: manifestLines(configs, options) },
    { title: "Workers", lines: upgrades(workers) },
    {
      title: "Control planes, one at a time: go on when the cluster is healthy again",
      lines: upgrades(planes),
    },
    {
      title: "The subnet router last: until then the way into the cluster stays open",
      lines: upgrades(routers),
    },
  ].filter(({ lines }) => lines.length > 0);
}

function nodeConfig(file: RolesFile, config: MachineConfig): NodeConfig[] {
  const node = file.nodes.find(({ name }) => name === config.node);
  const role = file.roles.find(({ name }) => name === config.role);
  if (!node || !role) return [];
  return [
    {
      config,
      address: node.address,
      image: installerReference(file, { role: role.name, arch: node.arch }),
      isRouter: role.subnetRouter !== undefined,
    },
  ];
}

const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;
/** A word of a command line, quoted for a shell where it must be. */
const word = (text: string): string => (plainWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const writeLine = ({ file }: RolesFile, { format, out, asked = {} }: CommandOptions): string =>
  [
    "talos-roles config",
    ...(asked.name === undefined ? [] : [word(asked.name)]),
    ...(file === "roles.yaml" ? [] : ["--file", word(file)]),
    ...(asked.checkout === undefined ? [] : ["--checkout", word(asked.checkout)]),
    ...(asked.arch === undefined ? [] : ["--arch", asked.arch]),
    ...(format === "talm" ? ["--format talm"] : []),
    ...(["v1alpha1", "append", "force"] as const).flatMap((flag) => (asked[flag] ? [`--${flag}`] : [])),
    "--out",
    word(out),
    "--with-secrets",
  ].join(" ");

function patchLine({ config, address }: NodeConfig, { format, out }: CommandOptions): string {
  const files = config.patches.map(({ file }) => `${out}/${file}`);
  if (format === "talm")
    return `talm apply -f ${word(`nodes/${config.name}.yaml`)} ${files.map((file) => `-f ${word(file)}`).join(" ")}`;
  return `talosctl patch machineconfig --nodes ${address} ${files.map((file) => `--patch ${word(`@${file}`)}`).join(" ")}`;
}

/** talm takes the image for every node from values.yaml unless it is named (facts: cozystack-build §0, §5.4). */
const upgradeLine = ({ config, address, image }: NodeConfig, { format }: CommandOptions): string =>
  format === "talm"
    ? `talm upgrade -f ${word(`nodes/${config.name}.yaml`)} --image ${word(image)}`
    : `talosctl upgrade --nodes ${address} --image ${word(image)} --wait`;

/** Nodes are named: discovery, which CozyStack turns off, would have to find them otherwise. */
function healthLine({ nodes }: RolesFile, { address }: NodeConfig): string {
  const addresses = (controlPlane: boolean): string =>
    nodes.flatMap((node) => (node.controlPlane === controlPlane ? [node.address] : [])).join(",");
  const workers = addresses(false);
  return `talosctl health --nodes ${address} --control-plane-nodes ${addresses(true)}${workers === "" ? "" : ` --worker-nodes ${workers}`}`;
}

const manifestLines = (configs: readonly MachineConfig[], { out }: CommandOptions): string[] =>
  manifestFiles(configs).map(({ file }) => `kubectl apply -f ${word(`${out}/${file}`)}`);

/** The manifests of all configs, each once, with the names they are written by; not those that a control plane's documents carry. */
export function manifestFiles(
  configs: readonly Pick<MachineConfig, "manifests" | "patches">[],
): { file: string; object: object }[] {
  const documents = configs.flatMap(({ patches }) => patches.flatMap((patch) => patch.documents));
  const inline = new Set(
    (documents as { kind?: string; name?: string }[]).flatMap(({ kind, name }) =>
      kind === "KubeInlineManifestConfig" ? [name] : [],
    ),
  );
  const byName = new Map(configs.flatMap(({ manifests }) => manifests).map((one) => [one.name, one.object]));
  return [...byName].flatMap(([name, object]) =>
    inline.has(name) ? [] : [{ file: `${name}.yaml`, object }],
  );
}
