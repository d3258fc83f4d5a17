import type { MatrixEntry } from "./matrix.ts";

export const engines = ["native", "cozystack"] as const;
export type Engine = (typeof engines)[number];

/** What a pipeline is made for. */
export interface PipelineOptions {
  entries: readonly MatrixEntry[];
  /** What is built of every role: the installer is among it. */
  outputs: readonly string[];
  engine: Engine;
  /** Path of the roles file in the repository. */
  rolesFile: string;
  /** CozyStack release whose build machinery the engine uses, and which the weekly job patches. */
  cozystack: string | undefined;
  /** Version of this package that the pipeline installs. */
  version: string;
  /** Debian packages that a build needs. */
  packages: readonly string[];
  /** Label of the runners for everything; arm64 is built on them too, by cross-building. */
  runner: string;
  /** Label of the runners for arm64, where there are any. */
  armRunner: string | undefined;
  /** How many jobs share all entries; undefined means one job per role and architecture. */
  shards: number | undefined;
  /** Repository that keeps segments for all jobs: `ghcr.io/you/moon/cache`. */
  cache: string | undefined;
  /** `HOST=URL`, as `--mirror` takes it. */
  mirrors: readonly string[];
  /** The command line that made the pipeline, which its first lines and its own check repeat. */
  commandLine: string;
}
