import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRolesError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { contentKey } from "../../formats/canonical.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { Cache } from "../../image/cache.ts";
import type { Arch } from "../../talos/arch.ts";
import { hostArch } from "./debian/packages.ts";

export interface GoProgram<Name extends string> {
  /** Path of the packages without its last part: `tailscale.com/cmd`. */
  module: string;
  /** Last parts of the packages' paths: the names of the programs. */
  programs: readonly Name[];
  /** As `go install` takes it: `v1.98.5`. */
  version: string;
  tags?: readonly string[];
  /** The module itself, where the programs are built as a dependency: `go install` needs the list of its versions, which not every proxy gives. */
  dependency?: string;
}

interface Surroundings {
  arch: Arch;
  cache: Cache;
  emit: Emit;
}

/** What directs Go to its caches and to a proxy. Nothing else of the user's environment reaches a build. */
const passed = [
  "HOME",
  "XDG_CACHE_HOME",
  "GOENV",
  "GOPROXY",
  "GONOPROXY",
  "GONOSUMDB",
  "GOPRIVATE",
  "GOSUMDB",
];
const passedToo = ["GOFLAGS", "GOTOOLCHAIN", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
const ldflags = "-s -w -buildid=";

/**
 * Programs built from their published source by `go install`, as their authors document it, for another architecture too; kept in
 * the cache. Paths by name, or null with a warning where Go is missing or its build fails. Errors: NO_SPACE.
 */
export async function goPrograms<Name extends string>(
  program: GoProgram<Name>,
  { arch, cache, emit }: Surroundings,
): Promise<Record<Name, string> | null> {
  const { module, programs, version, tags = [] } = program;
  const [id, label] = [`go ${module}`, `${module} ${version} for ${arch}`];
  const started = performance.now();
  try {
    const go = (await runTool("go", ["version"], { env: settings() })).trim();
    const key = contentKey({ module, programs, version, tags, arch, go, ldflags });
    const piece = await cache.piece("go", key, async (folder) => {
      emit({ type: "step-started", id, label });
      await cache.scratch((scratch) => install(program, { arch, scratch, folder }));
    });
    const seconds = (performance.now() - started) / 1000;
    if (!piece.cached) emit({ type: "step-finished", id, label, seconds, cached: false });
    const paths = programs.map((name) => [name, piece.files[name]?.path ?? ""]);
    return Object.fromEntries(paths) as Record<Name, string>;
  } catch (error) {
    if (!isRolesError(error, "TOOL_MISSING", "TOOL_FAILED")) throw error;
    const text = `${label} could not be built, so it is done without: ${error.message}`;
    emit({ type: "note", level: "warning", text });
    return null;
  }
}

/** The version of Go that a module is written for: what depends on it has to be written for no less. */
async function moduleNeeds(module: string, env: Record<string, string>): Promise<{ goVersion: string }> {
  const found = JSON.parse(await runTool("go", ["mod", "download", "-json", module], { env })) as {
    GoMod: string;
  };
  const goVersion = /^go (\S+)$/m.exec(await readFile(found.GoMod, "utf8"))?.[1] ?? "1.21";
  return { goVersion };
}

const settings = (): Record<string, string> =>
  Object.fromEntries(
    [...passed, ...passedToo].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

async function install(
  program: GoProgram<string>,
  { arch, scratch, folder }: { arch: Arch; scratch: string; folder: string },
): Promise<void> {
  const { module, programs, version, tags = [], dependency } = program;
  const modules = (await runTool("go", ["env", "GOMODCACHE"], { env: settings() })).trim();
  // Go refuses to put programs for another machine into GOBIN: they land below GOPATH.
  const target = { CGO_ENABLED: "0", GOARCH: arch, GOBIN: "", GOOS: "linux", GOPATH: scratch };
  const env = { ...settings(), ...target, GOMODCACHE: modules };
  const flags = ["-trimpath", `-tags=${tags.join(",")}`, `-ldflags=${ldflags}`];
  const packages = programs.map((name) => `${module}/${name}`);
  if (dependency === undefined) {
    await runTool("go", ["install", ...flags, ...packages.map((path) => `${path}@${version}`)], { env });
  } else {
    // Not in GOPATH itself: there Go passes a go.mod over.
    const own = join(scratch, "programs");
    await mkdir(own);
    const { goVersion } = await moduleNeeds(`${dependency}@${version}`, env);
    await writeFile(
      join(own, "go.mod"),
      `module programs\n\ngo ${goVersion}\n\nrequire ${dependency} ${version}\n`,
    );
    await runTool("go", ["install", "-mod=mod", ...flags, ...packages], { env, cwd: own });
  }
  const bin = join(
    scratch,
    "bin",
    ...(arch === hostArch() && process.platform === "linux" ? [] : [`linux_${arch}`]),
  );
  for (const name of programs) await copyFile(join(bin, name), join(folder, name));
}
