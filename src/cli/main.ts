import { CommanderError } from "@commander-js/extra-typings";
import { RolesError } from "../errors.ts";
import { asDiskError } from "../formats/files.ts";
import { errorReport } from "../report/error.ts";
import { terminalText } from "../report/printable.ts";
import { interruptStatus } from "./interrupt.ts";
import { closeOutputs } from "./output.ts";
import { buildProgram } from "./program.ts";
import { sourceReader } from "./sources.ts";

/** Runs the command line; returns the exit status. The only place where errors become text. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: "user" });
    return interruptStatus() ?? Number(process.exitCode ?? 0);
  } catch (error) {
    closeOutputs();
    if (error instanceof CommanderError && isNoError(error)) return error.exitCode === 0 ? 0 : 2;
    const known = asDiskError(asRolesError(error), pathOf(error));
    process.stderr.write(
      terminalText(
        errorReport(known, {
          json: args.includes("--json"),
          github: args.includes("--github"),
          sourceOf: sourceReader(),
        }),
      ),
    );
    return interruptStatus() ?? (known instanceof RolesError ? known.exitStatus : 1);
  } finally {
    closeOutputs();
  }
}

/** A full disk can show anywhere, also where no one thought of it. */
const pathOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.path ?? "a file";

/** Help and the version end by way of an error, after they have been printed. */
const isNoError = ({ code }: CommanderError): boolean =>
  ["commander.help", "commander.helpDisplayed", "commander.version"].includes(code);

function asRolesError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [message = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  return new RolesError("USAGE", message, {
    hint: [suggestion?.replace(/^\((.*)\)$/, "$1"), "`talos-roles --help` lists commands and options."]
      .filter(Boolean)
      .join(" "),
    cause: error,
  });
}
