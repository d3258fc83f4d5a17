import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRolesError, RolesError } from "../../../errors.ts";
import { runTool } from "../../../formats/run-tool.ts";
import type { Arch } from "../../../talos/arch.ts";
import type { DebianMirror } from "./sources.ts";

/** A package as a signed list describes it. */
export interface AvailablePackage {
  name: string;
  version: string;
  /** Lower-case hex. */
  sha256: string;
}

/** apt with lists of its own for one architecture and release; the machine's apt and dpkg are not touched. */
export interface PrivateApt {
  /** Fetches the lists and checks their signatures. */
  update(): Promise<void>;
  /** Names of the packages that `name` depends on, in its newest version. */
  dependencies(name: string): Promise<string[]>;
  /** The newest version. */
  newest(name: string): Promise<AvailablePackage>;
  /** Puts `<name>_<version>_<arch>.deb` into `folder`. */
  download(packages: readonly { name: string; version: string }[], folder: string): Promise<void>;
}

interface AptOptions {
  arch: Arch;
  release: "bookworm" | "trixie";
  mirror: DebianMirror;
  /** Where the lists are kept while this is used. */
  folder: string;
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const failure = "apt could not get the packages that the stand-in upstream is made of";

/** Errors of what it returns: PACKAGES_UNAVAILABLE (no network, no such package, a bad signature), TOOL_MISSING. */
export async function privateApt(options: AptOptions): Promise<PrivateApt> {
  const args = await setUp(options);
  const run = async (tool: "aptGet" | "aptCache", words: string[], cwd?: string): Promise<string> => {
    try {
      return await runTool(tool, [...args, ...words], cwd === undefined ? {} : { cwd });
    } catch (error) {
      throw isRolesError(error, "TOOL_FAILED") ? unavailable(error) : error;
    }
  };
  const show = (name: string) => run("aptCache", ["show", "--no-all-versions", name]);
  return {
    update: async () => void (await run("aptGet", ["update", "-qq", "--error-on=any"])),
    dependencies: async (name) =>
      (field(await show(name), "Depends") ?? "")
        .split(",")
        .map((one) => one.trim().split(/[ :]/)[0] ?? "")
        .filter((one) => one !== ""),
    newest: async (name) => {
      const text = await show(name);
      return { name, version: need(text, "Version", name), sha256: need(text, "SHA256", name) };
    },
    download: async (packages, folder) => {
      const wanted = packages.map(({ name, version }) => `${name}=${version}`);
      await run("aptGet", ["download", "-qq", ...wanted], folder);
    },
  };
}

async function setUp({ arch, release, mirror, folder }: AptOptions): Promise<string[]> {
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
  const list = join(folder, "sources.list");
  const signed = `[signed-by=${keyring}]`;
  await writeFile(
    list,
    `deb ${signed} ${mirror.main} ${release} main\ndeb ${signed} ${mirror.security} ${release}-security main\n`,
  );
  const settings = {
    "APT::Architecture": arch,
    "APT::Architectures": arch,
    // The unprivileged user that apt would switch to cannot write into a folder of ours.
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::IndexTargets::deb::CNF::DefaultEnabled": "false",
    "Acquire::Retries": "3",
    "Dir::Cache": join(folder, "cache"),
    "Dir::Etc::SourceList": list,
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": join(folder, "lists"),
    "Dir::State::status": "/dev/null",
  };
  return Object.entries(settings).map(([key, value]) => `-o${key}=${value}`);
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];

function need(text: string, name: string, of: string): string {
  const value = field(text, name);
  if (value === undefined)
    throw new RolesError("PACKAGES_UNAVAILABLE", `apt gives no ${name} for package ${of}`);
  return value;
}

const unavailable = (cause: RolesError): RolesError =>
  new RolesError("PACKAGES_UNAVAILABLE", `${failure}: ${cause.message}`, {
    hint: "Check the network and the mirror of this machine's apt, or name another one with --debian-mirror URL.",
    cause,
  });
