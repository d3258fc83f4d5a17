import { Argument, Option } from "@commander-js/extra-typings";
import type { RolesFile } from "../../roles/model.ts";
import type { CommandOptions } from "../../machine/commands.ts";
import type { ConfigRequest, MadeConfigs } from "../make-configs.ts";
import { RolesError } from "../../errors.ts";
import { command } from "../command.ts";
import { archOption, checkoutOption, fileOption, jsonOption } from "../options.ts";
import { type Output, openOutput } from "../output.ts";

export const configCommand = () =>
  command("config", {
    summary: "machine config patches that satisfy a role's contract",
    examples: [
      ["talos-roles config n1", "the patch of one node, on standard output"],
      ["talos-roles config gateway", "of any node of a role"],
      ["talos-roles config --out machine --with-secrets", "all nodes, secrets filled in, into a folder"],
      ["talos-roles config --commands", "the lines that apply and upgrade, in safe order; nothing is run"],
    ],
  })
    .addArgument(new Argument("[name]", "a node of the inventory, or a role; all of them without it"))
    .addOption(fileOption())
    .addOption(checkoutOption())
    .addOption(archOption())
    .option("--out <folder>", "write the patches, and manifests for Kubernetes, into a folder")
    .option("--commands", "print the talosctl or talm lines instead, in safe order")
    .addOption(
      new Option("--format <format>", "for talosctl, or as overlays for talm")
        .choices(["talosctl", "talm"] as const)
        .default("talosctl" as const),
    )
    .option("--with-secrets", "with --out: read the secrets and fill them in; those files get mode 0600")
    .option("--control-plane", "for a role: its nodes are control planes")
    .option("--v1alpha1", "write `machine` and `cluster` also for Talos 1.14 and later")
    .option(
      "--append",
      "only add to lists: take nothing out of the config, and double them when applied twice",
    )
    .option("--force", "write a second subnet router all the same; the output records it")
    .addOption(jsonOption())
    .action(runConfig);

interface ConfigFlags extends Omit<ConfigRequest, "name" | "asDocuments"> {
  file: string;
  checkout?: string | undefined;
  out?: string | undefined;
  commands?: true | undefined;
  format: "talosctl" | "talm";
  v1alpha1?: true | undefined;
  json?: true | undefined;
}

async function runConfig(
  name: string | undefined,
  { file, checkout, out, commands, format, withSecrets, v1alpha1, ...options }: ConfigFlags,
): Promise<void> {
  const output = openOutput({ ...options, progress: options.json ? "none" : "plain" });
  if (withSecrets && out === undefined)
    throw new RolesError("USAGE", "--with-secrets writes files and prints nothing: it needs --out", {
      hint: "`talos-roles config --out machine --with-secrets`",
    });
  const { loadRolesWith } = await import("../load-roles.ts");
  const { makeConfigs } = await import("../make-configs.ts");
  const roles = await loadRolesWith(file, checkout);
  const made = await makeConfigs(roles, {
    name,
    withSecrets,
    ...options,
    ...(v1alpha1 ? { asDocuments: false } : {}),
  });
  tellNotes(made, roles, output);
  const asked = { name, checkout, v1alpha1, ...options };
  if (commands) await printCommands(roles, made, { format, out, asked, output });
  else if (out === undefined) printOne(made, output, options.json ?? false);
  else await writeAll(out, made, output);
}

interface CommandsAsked {
  format: "talosctl" | "talm";
  out: string | undefined;
  asked: CommandOptions["asked"];
  output: Output;
}

async function printCommands(
  roles: RolesFile,
  { configs }: MadeConfigs,
  { format, out = "machine", asked = {}, output }: CommandsAsked,
): Promise<void> {
  const { commandSteps } = await import("../../machine/commands.ts");
  const { commandsReport } = await import("../../report/config.ts");
  output.result({ steps: commandSteps(roles, configs, { format, out, asked }) }, commandsReport);
}

function printOne({ configs }: MadeConfigs, output: Output, json: boolean): void {
  const [only] = configs;
  if (!json && configs.length !== 1)
    throw new RolesError("USAGE", "patches of several nodes do not go into one stream", {
      hint: `Name one of ${configs.map(({ name }) => name).join(", ")} or a role, or write all of them with --out FOLDER.`,
    });
  if ((only?.patches.length ?? 0) > 1 || (only?.manifests.length ?? 0) > 0) {
    const others = [
      ...(only?.patches.slice(1).map(({ file }) => file) ?? []),
      ...(only?.manifests.map(({ name }) => `${name}.yaml`) ?? []),
    ];
    output.emit({
      type: "note",
      level: "info",
      text: `--out FOLDER also writes ${others.join(", ")}`,
    });
  }
  output.result({ configs: configs.map(withoutText) }, () => only?.patches[0]?.text ?? "");
}

async function writeAll(folder: string, { configs, filled }: MadeConfigs, output: Output): Promise<void> {
  const { writeConfigs } = await import("../write-configs.ts");
  const { writtenReport } = await import("../../report/config.ts");
  const isFilled = filled !== configs;
  const secret = new Set(
    isFilled ? configs.filter(({ secrets }) => secrets.length > 0).map(({ name }) => name) : [],
  );
  const files = await writeConfigs(folder, filled, secret);
  output.result({ files, configs: configs.map(withoutText) }, writtenReport);
}

const withoutText = ({ patches, ...config }: MadeConfigs["configs"][number]) => ({
  ...config,
  patches: patches.map(({ text: _text, ...patch }) => patch),
});

/** A registry that only this computer can reach. */
const ownRegistry = /^(?:localhost|127\.|\[::1\])/;

function tellNotes({ configs }: MadeConfigs, { images }: RolesFile, { emit }: Output): void {
  if (ownRegistry.test(images.registry))
    emit({
      type: "note",
      level: "warning",
      text: `nodes cannot pull from ${images.registry}: write where installers go under \`images.registry\``,
    });
  for (const { name, forced, unknownExtensions } of configs) {
    if (forced !== null) emit({ type: "note", level: "warning", text: `${name}: forced: ${forced}` });
    if (unknownExtensions.length > 0)
      emit({
        type: "note",
        level: "warning",
        text: `${name}: what ${unknownExtensions.join(", ")} needs is not known; \`talos-roles lock\` reads it from the images`,
      });
  }
}
