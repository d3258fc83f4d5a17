import { Argument, Option } from "@commander-js/extra-typings";
import { type Arch, architectures } from "../../talos/arch.ts";
import { command } from "../command.ts";
import {
  cacheDirOption,
  checkoutOption,
  fileOption,
  githubOption,
  insecureOption,
  jsonOption,
  type MirrorOption,
  mirrorOption,
  progressOption,
} from "../options.ts";
import { openOutput } from "../output.ts";
import { withCachedSource, withClient } from "../registry.ts";
import { sourceReader } from "../sources.ts";
import type { ProgressMode } from "../../report/progress/mode.ts";
import type { CheckRequest } from "../check-formation.ts";
import type { Formation } from "../../formation/model.ts";
import { packageVersion } from "../../version.ts";

const list = (value: string): string[] => value.split(/[\s,]+/).filter(Boolean);
const several = (value: string, previous: string[]): string[] => [...previous, value];

const examples: [string, string][] = [
  ["talos-roles check", "the roles.yaml of this folder"],
  [
    "talos-roles check controlplane.yaml worker.yaml --extensions drbd,zfs,tailscale --talos v1.13.6",
    "plain configs",
  ],
  ["talos-roles check worker.yaml --image out/gateway.tar", "what the image holds, read from its bytes"],
  [
    "talos-roles check worker.yaml --extensions ghcr.io/acme/tool:v1 --online",
    "with contracts read from the registry",
  ],
  ["talos-roles check talos/", "a repository of talhelper, TOPF, talm, Omni or plain configs"],
  ["talos-roles check --show-defaults", "what the file leaves to defaults, filled in"],
];
const platforms = ["metal", "kvm", "hyperv", "vmware", "xen", "container"] as const;

export const checkCommand = () =>
  command("check", {
    summary: "will it form? predicts each node from roles.yaml or from plain machine configs",
    examples,
  })
    .addArgument(new Argument("[paths...]", "machine configs, folders of them, or roles files"))
    .addOption(fileOption())
    .addOption(checkoutOption())
    .option("--show-defaults", "print the roles file with every default filled in, and stop")
    .addOption(new Option("--extensions <names>", "extensions of the image, with commas").argParser(list))
    .option("--image <image>", "the image of the nodes, looked into: a path, or a reference with registry")
    .option("--talos <version>", "Talos version of the image")
    .addOption(new Option("--arch <arch>", "architecture of the nodes").choices(architectures))
    .addOption(new Option("--platform <platform>", "what the machines are").choices(platforms))
    .addOption(
      new Option("--patch <path>", "patch for every plain config; may be repeated")
        .argParser(several)
        .default([] as string[], "none"),
    )
    .option("--online", "read contracts that no lock has from registries; --mirror means it too")
    .addOption(mirrorOption())
    .addOption(insecureOption())
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .addOption(githubOption())
    .addOption(
      new Option("--sarif", "write findings as SARIF 2.1.0, for code scanning").conflicts(["json", "github"]),
    )
    .action((paths, flags, self) => {
      const isNamed = paths.length === 0 || self.getOptionValueSource("file") === "cli";
      return runCheck(paths, { ...flags, file: isNamed ? flags.file : undefined });
    });

interface CheckFlags extends LookOptions, Omit<CheckRequest, "paths" | "image" | "registry"> {
  image?: string | undefined;
  showDefaults?: true | undefined;
  sarif?: true | undefined;
  online?: true | undefined;
  json?: true | undefined;
  github?: true | undefined;
  progress: ProgressMode;
  cacheDir: string;
}

async function runCheck(
  paths: readonly string[],
  { showDefaults, sarif, online, cacheDir, image, ...options }: CheckFlags,
): Promise<void> {
  const { file, checkout, mirror, insecure } = options;
  const output = openOutput(options);
  if (showDefaults)
    return output.result(
      await withDefaults([file, ...paths], checkout),
      (await import("../../report/yaml.ts")).yamlText,
    );
  const { check } = await import("../check-formation.ts");
  const { checkReport } = await import("../../report/check.ts");
  const facts = image === undefined ? {} : { image: await lookInto(image, options) };
  const request = { ...options, ...facts, paths };
  const isOnline = online === true || Object.keys(mirror).length > 0;
  const formation = await (isOnline
    ? withCachedSource({ mirror, insecure, cacheDir }, (client) =>
        check({ ...request, registry: { client, cacheDir, ...output } }),
      )
    : check(request));
  const toText = sarif ? await sarifReport() : checkReport({ ...options, sourceOf: sourceReader() });
  output.result(formation, toText);
  if (formation.diagnostics.some(({ severity }) => severity === "error")) output.setStatus(1);
}

interface LookOptions {
  mirror: MirrorOption;
  insecure: readonly string[];
  arch?: Arch;
}

/** What is known of an image by its own bytes. */
async function lookInto(image: string, { mirror, insecure, arch }: LookOptions) {
  const { inspectTarget } = await import("../../inspect/target.ts");
  const { formationFacts } = await import("../../inspect/formation-facts.ts");
  return withClient({ mirror, insecure }, async (registry) =>
    formationFacts(await inspectTarget(image, { registry, ...(arch ? { arch } : {}) }), image),
  );
}

async function sarifReport() {
  const { rules } = await import("../../formation/rules.ts");
  const { sarifText } = await import("../../report/sarif.ts");
  const version = packageVersion();
  return ({ diagnostics, silenced }: Formation) => sarifText(diagnostics, { rules, version, silenced });
}

async function withDefaults(files: readonly (string | undefined)[], checkout: string | undefined) {
  const { oneRolesFile } = await import("../check-formation.ts");
  const { loadRolesWith } = await import("../load-roles.ts");
  const { explicitRoles } = await import("../../roles/explicit.ts");
  const file = oneRolesFile(files.filter((one) => one !== undefined)) ?? "roles.yaml";
  return explicitRoles(await loadRolesWith(file, checkout));
}
