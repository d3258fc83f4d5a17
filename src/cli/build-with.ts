import type { Engine } from "../ci/options.ts";
import { RolesError } from "../errors.ts";
import type { BuildOptions, BuildReport } from "../image/build.ts";

interface EngineChoice {
  engine: Engine;
  /** `--checkout`. */
  checkout: string | undefined;
  /** Whether `--outputs` was given. */
  outputsNamed: boolean;
  /** Whether it is built a second time and compared. */
  twice: boolean;
}

/** Builds with the engine that the user chose. Errors: USAGE, and those of the engine. */
export async function buildWith(
  { engine, checkout, outputsNamed, twice }: EngineChoice,
  options: BuildOptions,
): Promise<BuildReport> {
  if (engine === "native") {
    const { buildRoles } = await import("../image/build.ts");
    return buildRoles(options);
  }
  if (options.shared) {
    throw new RolesError("USAGE", "the CozyStack engine keeps no segments that could be shared", {
      hint: "Leave out --cache.",
    });
  }
  if (twice) {
    throw new RolesError("USAGE", "only builds of the native engine can be compared byte by byte", {
      hint: "Leave out --verify-reproducible, or --engine.",
    });
  }
  if (checkout === undefined) {
    throw new RolesError("USAGE", "the CozyStack engine needs a clone of CozyStack", {
      hint: "Name it with `--checkout FOLDER`.",
    });
  }
  const { buildWithCozystack } = await import("../cozystack/engine/build.ts");
  return buildWithCozystack({ ...options, checkout, outputsNamed });
}
