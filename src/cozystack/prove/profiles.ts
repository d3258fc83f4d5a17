import { join } from "node:path";
import type { Edited } from "../edit.ts";
import { linesOf } from "../lines.ts";
import type { Settings } from "../settings.ts";
import type { Source } from "../source.ts";
import { type StandInAnswers, answersFor, committedProfile } from "./answers.ts";
import { type Proof, proof } from "./proof.ts";
import { faultsOfRole } from "./role-profiles.ts";
import { type ScriptRun, differences, runScript } from "./run-script.ts";
import { writeStandIns } from "./stand-ins.ts";

/** A role to prove the patch with. */
export interface ProvenRole {
  name: string;
  settings: Required<Pick<Settings, "ARCH" | "EXTENSIONS" | "FIRMWARES">>;
}

interface ProfilesWanted {
  source: Source;
  edited: Edited;
  /** Folders of the whole machinery, without and with the patch. */
  before: string;
  after: string;
  scratch: string;
  roles: readonly ProvenRole[];
}

export interface ProvenProfiles {
  proofs: Proof[];
  /** Whether the unpatched script writes the profiles that are committed: false where upstream edited them by hand. */
  committed: boolean;
  talos: string;
  environment: Record<string, string>;
}

/** Runs the script before and after the patch, as it is and with settings of roles. Errors: LAYOUT_UNKNOWN, TOOL_MISSING. */
export async function proveProfiles({ source, edited, ...wanted }: ProfilesWanted): Promise<ProvenProfiles> {
  const committed = committedProfile(source);
  const answers = answersFor(committed, [
    ...listedNames(source),
    ...wanted.roles.flatMap(({ settings }) => settings.EXTENSIONS.split(" ")),
  ]);
  const environment = await writeStandIns(join(wanted.scratch, "stand-ins"), answers);
  const runIn =
    (folder: string) =>
    (shell: "sh" | "bash", settings: Record<string, string> = {}) =>
      runScript({
        folder: join(folder, source.folder),
        shell,
        talos: committed.talos,
        environment,
        settings,
      });
  const [before, after] = [runIn(wanted.before), runIn(wanted.after)];
  const original = await before("sh");
  const proofs = [
    proof(
      "profiles-sh",
      "without settings sh writes the same profiles",
      differences(original, await after("sh")),
    ),
    proof(
      "profiles-bash",
      "without settings bash writes the same profiles",
      differences(await before("bash"), await after("bash")),
    ),
    proof(
      "unknown-extension",
      "an unknown extension ends the script, and is named",
      await unknownFaults(after),
    ),
    proof("unknown-arch", "an unknown architecture ends the script", await archFaults(after)),
    proof(
      "empty-lists",
      "empty lists mean none",
      emptyFaults(await after("sh", { FIRMWARES: "", EXTENSIONS: "" })),
    ),
  ];
  for (const role of wanted.roles) {
    proofs.push(await proveRole(role, after, { answers, talos: committed.talos, edited }));
  }
  return { proofs, committed: matchesCommitted(original, source), talos: committed.talos, environment };
}

type Run = (shell: "sh" | "bash", settings?: Record<string, string>) => Promise<ScriptRun>;

interface RoleContext {
  answers: StandInAnswers;
  talos: string;
  edited: Edited;
}

async function proveRole({ name, settings }: ProvenRole, run: Run, context: RoleContext): Promise<Proof> {
  const { answers, talos, edited } = context;
  const references = new Map(
    edited.resolver === "digests"
      ? answers.digests.map((line) => [/\/([^/:]+):/.exec(line)?.[1] ?? "", line] as const)
      : answers.tags.map(([one, tags]) => [one, `ghcr.io/siderolabs/${one}:${tags[0]}`] as const),
  );
  return proof(
    `role-${name}`,
    `${settings.ARCH} with ${settings.EXTENSIONS}: exactly these extensions, and no other architecture`,
    faultsOfRole(await run("sh", settings), { settings, talos, references }),
  );
}

async function unknownFaults(run: Run): Promise<string[]> {
  const name = "no-such-extension";
  const { failure } = await run("sh", { EXTENSIONS: `drbd ${name}` });
  if (failure === null) return ["the script ended well"];
  return failure.includes(name) ? [] : [`the script did not name it: ${failure}`];
}

async function archFaults(run: Run): Promise<string[]> {
  const { failure } = await run("sh", { ARCH: "aarch64" });
  if (failure === null) return ["the script took aarch64"];
  return failure.includes("aarch64") ? [] : [`the script did not name it: ${failure}`];
}

function emptyFaults(run: ScriptRun): string[] {
  if (run.profiles === null) return [run.failure];
  return [...run.profiles].flatMap(([name, text]) =>
    /^ {2}systemExtensions: \[\]$/m.test(text) ? [] : [`${name} has no empty list`],
  );
}

/** Every name in the script's own two lists. */
const listedNames = ({ script }: Source): string[] =>
  linesOf(script).flatMap((text) => /^(?:FIRMWARES|EXTENSIONS)="([^"]*)"$/.exec(text)?.[1]?.split(" ") ?? []);

function matchesCommitted({ profiles }: ScriptRun, { folder, files }: Source): boolean {
  const kept = `${folder}/images/talos/profiles/`;
  const committed = files.filter(({ path }) => path.startsWith(kept));
  return (
    profiles !== null &&
    committed.length === profiles.size &&
    committed.every(({ path, text }) => profiles.get(path.slice(kept.length)) === text)
  );
}
