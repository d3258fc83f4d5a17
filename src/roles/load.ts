import { readFile, stat } from "node:fs/promises";
import { RolesError } from "../errors.ts";
import { talosOfCozystack as knownTalosOfCozystack } from "./cozystack-talos.ts";
import type { Position, RolesFile } from "./model.ts";
import { locateProblem, type PathProblem, problemsOf, rolesInvalid } from "./problems.ts";
import { type Resolution, resolve, type TalosOfCozystack } from "./resolve.ts";
import { rolesSchema } from "./schema.ts";
import { type Path, readYaml, type YamlSource } from "./yaml-source.ts";

export interface LoadedRoles {
  roles: RolesFile;
  /** Where a value of roles.yaml stands: `locate(["roles", "gateway", "subnetRouter"])`. */
  locate: (path: Path, what?: "key" | "value") => Position;
}

export interface LoadOptions {
  /** Which Talos a CozyStack release pins; the table of known releases where it is not given. */
  talosOfCozystack?: TalosOfCozystack;
  /** What else the caller can offer where that is not known: `, or name …`. */
  otherWay?: string;
}

/** Ten thousand nodes take about one. */
const sizeLimit = 32 * 2 ** 20;

/** Reads, checks and resolves a roles file. Errors: FILE_NOT_FOUND, ROLES_INVALID (all problems at once, each with line and column). */
export async function loadRoles(path: string, options: LoadOptions = {}): Promise<RolesFile> {
  return (await loadRolesWithPositions(path, options)).roles;
}

/** As `loadRoles`, with the means to point at any value. */
async function loadRolesWithPositions(path: string, options: LoadOptions = {}): Promise<LoadedRoles> {
  return parseRoles(await readRolesText(path), path, options);
}

/** As `loadRolesWithPositions`, from text; `file` names it in positions. Pure. */
export function parseRoles(text: string, file: string, options: LoadOptions = {}): LoadedRoles {
  const source = readYaml(text, file);
  const { roles, problems } = source.data === undefined ? failed([]) : check(source, file, options);
  const located = [...source.problems, ...problems.map((problem) => locateProblem(source, problem))];
  if (located.length > 0) throw rolesInvalid(file, located);
  return { roles, locate: source.locate };
}

function check(source: YamlSource, file: string, options: LoadOptions): Resolution {
  const { talosOfCozystack = knownTalosOfCozystack, otherWay = "" } = options;
  const parsed = rolesSchema.safeParse(source.data);
  if (!parsed.success) return failed(problemsOf(parsed.error.issues, source.data));
  return resolve({ input: parsed.data, file, locate: source.locate, talosOfCozystack, otherWay });
}

const failed = (problems: PathProblem[]): Resolution => ({ problems, roles: {} as RolesFile });

async function readRolesText(path: string): Promise<string> {
  try {
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (!isFile) throw new RolesError("FILE_NOT_FOUND", `${path} is not a file`, { hint: initHint });
    if (size > sizeLimit) {
      throw new RolesError(
        "ROLES_INVALID",
        `${path} has ${size} bytes; a roles file has at most ${sizeLimit}`,
      );
    }
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (cause) {
    throw asReadError(cause, path);
  }
}

const initHint = "`talos-roles init` writes one; `--file PATH` names another.";

function asReadError(cause: unknown, path: string): unknown {
  if (cause instanceof RolesError) return cause;
  if (cause instanceof TypeError)
    return new RolesError("ROLES_INVALID", `${path} is not UTF-8 text`, { cause });
  const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read";
  return new RolesError("FILE_NOT_FOUND", `${path} ${reason}`, { hint: initHint, cause });
}
