import { Command } from "@commander-js/extra-typings";
import { packageVersion } from "../version.ts";
import { bootCommand } from "./commands/boot.ts";
import { buildCommand } from "./commands/build.ts";
import { checkCommand } from "./commands/check.ts";
import { ciCommand } from "./commands/ci.ts";
import { configCommand } from "./commands/config.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { importCommand } from "./commands/import.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { labCommand } from "./commands/lab.ts";
import { lockCommand } from "./commands/lock.ts";
import { mirrorCommand } from "./commands/mirror.ts";
import { patchCommand } from "./commands/patch.ts";
import { pushCommand } from "./commands/push.ts";
import { schematicCommand } from "./commands/schematic.ts";
import { verifyCommand } from "./commands/verify.ts";
import { whyCommand } from "./commands/why.ts";
import { userPath } from "./user-path.ts";

/** Every command, alphabetical here; help shows them in the order of `userPath`. */
const commands: readonly (() => unknown)[] = [
  bootCommand,
  buildCommand,
  checkCommand,
  ciCommand,
  configCommand,
  diffCommand,
  doctorCommand,
  explainCommand,
  importCommand,
  initCommand,
  inspectCommand,
  labCommand,
  lockCommand,
  mirrorCommand,
  patchCommand,
  pushCommand,
  schematicCommand,
  verifyCommand,
  whyCommand,
];

/** The whole command line. Each command is one file in `commands/`, which loads its work only when it runs. */
export function buildProgram(): Command {
  const program = new Command("talos-roles")
    .description(
      "Make a Talos Linux node role one object: build its images, write its configs, prove that the cluster forms.",
    )
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
    .exitOverride();
  const made = new Map(commands.map((make) => make() as Command).map((one) => [one.name(), one]));
  for (const { group, commands } of userPath) {
    for (const name of commands) {
      const one = made.get(name);
      if (one) program.addCommand(settled(one.helpGroup(group), program));
    }
  }
  return program;
}

/** Gives a command and those below it the settings of the program: how they end, and how help looks. */
function settled(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) settled(child as Command, command);
  return command;
}
