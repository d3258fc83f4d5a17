import { stringify } from "yaml";
import { lockPath } from "../roles/names.ts";
import { type PipelineCommands, pipelineCommands, word } from "./commands.ts";
import { type KeyedEntry, entryId } from "./matrix.ts";
import type { PipelineOptions } from "./options.ts";

/** A job of the pipeline: what GitLab's YAML has of it. */
type Job = Record<string, unknown>;

interface GitlabOptions extends PipelineOptions {
  /** With keys: a child pipeline is written anew in each parent, so they are never stale. */
  entries: readonly KeyedEntry[];
}

/**
 * The pipeline of one run, for `trigger: include: artifact`. GitLab reads no pins of actions; the one image that jobs
 * run in is a variable, to be pinned by digest by whoever owns the pipeline. Pure.
 */
export function gitlabPipeline(options: GitlabOptions): string {
  const commands = pipelineCommands(options);
  const builds = options.shards === undefined ? entryJobs(options, commands) : shardJobs(options, commands);
  const pipeline = {
    stages: ["check", "build", "merge"],
    variables: { TALOS_ROLES_IMAGE: "node:22-bookworm" },
    default: { image: "$TALOS_ROLES_IMAGE", interruptible: false },
    check: { stage: "check", script: [commands.install, commands.checkLock, commands.check] },
    ...builds,
    merge: mergeJob(commands),
  };
  return `# Written by ${options.commandLine}
# A child pipeline: write it anew in each parent, and see docs/ci.md for the parent's lines.
# INPUT: TALOS_ROLES_IMAGE is a tag, as its digest is yours to choose: set it to node@sha256:… in the parent.
${stringify(pipeline, { lineWidth: 0 })}`;
}

const script = ({ installPackages, install }: PipelineCommands): string[] => [
  // Jobs are root in their container, where there is no sudo.
  installPackages.replaceAll("sudo ", ""),
  install,
];

const login = 'export GITHUB_TOKEN="${GITHUB_TOKEN:-}"';

/** The record for the merge, and the images that no registry has. */
const artifacts = (id: string, { outputs }: PipelineOptions): Job => ({
  paths: [`records/${id}/`, ...(outputs.some((output) => output !== "installer") ? ["out/"] : [])],
  exclude: ["out/*/installer-*", "out/*/installer-*/**/*"],
});

function entryJobs(options: GitlabOptions, commands: PipelineCommands): Record<string, Job> {
  return Object.fromEntries(
    options.entries.map((entry) => {
      const id = entryId(entry);
      const { name, extensions, suffix, role, arch, key } = entry;
      return [
        `build ${id}`,
        {
          stage: "build",
          needs: ["check"],
          variables: verbatim({
            ROLE: name,
            EXTENSIONS: extensions,
            SUFFIX: suffix,
            PURPOSE: role,
            ARCH: arch,
            KEY: key,
          }),
          script: [
            ...script(commands),
            login,
            `case "$(${commands.pending})" in *"$KEY"*) ;; *) echo "It is published."; exit 0 ;; esac`,
            ...built(commands, id),
          ],
          artifacts: artifacts(id, options),
        },
      ];
    }),
  );
}

function shardJobs(options: GitlabOptions, commands: PipelineCommands): Record<string, Job> {
  const { shards = 1 } = options;
  return Object.fromEntries(
    Array.from({ length: shards }, (_, index) => [
      `build shard-${index + 1}`,
      {
        stage: "build",
        needs: ["check"],
        variables: { SHARD: `${index + 1}/${shards}` },
        script: [
          ...script(commands),
          login,
          commands.share,
          'test -s share.txt || { echo "All of it is published."; exit 0; }',
          ...built(commands, `shard-${index + 1}`),
        ],
        artifacts: artifacts(`shard-${index + 1}`, options),
      },
    ]),
  );
}

const built = ({ build, readBack, push }: PipelineCommands, id: string): string[] => [
  build,
  readBack,
  push,
  `mkdir -p records/${id}`,
  `cp out/build-record.json out/push-*.json records/${id}/`,
];

/** GitLab fills variables into variables; a role's words must stay as they are. */
const verbatim = (values: Record<string, string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.includes("$") ? { value, expand: false } : value,
    ]),
  );

const mergeJob = ({ install, merge }: PipelineCommands): Job => ({
  stage: "merge",
  when: "always",
  script: [install, "mkdir -p records", merge],
  artifacts: { paths: ["build-record.json", "images.md"] },
});

/** The parent's lines, for the documentation and for those who begin. */
export const gitlabParent = (options: PipelineOptions): string => {
  const commands = pipelineCommands(options);
  return stringify(
    {
      stages: ["write", "images"],
      write: {
        stage: "write",
        image: "node:22-bookworm",
        script: [commands.install, `${options.commandLine} --out talos-images.yml`],
        artifacts: { paths: ["talos-images.yml"] },
      },
      images: {
        stage: "images",
        trigger: { include: [{ artifact: "talos-images.yml", job: "write" }], strategy: "depend" },
      },
      refresh: {
        stage: "write",
        image: "node:22-bookworm",
        rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }],
        script: [commands.install, ...gitlabRefresh(options)],
      },
    },
    { lineWidth: 0 },
  );
};

/** INPUT: REFRESH_TOKEN is a project access token that may push, because a job's own token may not. */
function gitlabRefresh({ rolesFile, mirrors, cozystack }: PipelineOptions): string[] {
  const lock = word(lockPath(rolesFile));
  const paths = [lock, ...(cozystack === undefined ? [] : [patchPath])].join(" ");
  const from = mirrors.map((mirror) => ` --mirror ${word(mirror)}`).join("");
  return [
    `cp ${lock} before.lock.json`,
    `talos-roles lock --update --file ${word(rolesFile)}${from}`,
    `talos-roles diff before.lock.json ${lock} | tee words.txt`,
    ...(cozystack === undefined ? [] : refreshPatch(cozystack)),
    `git add -- ${paths}`,
    "git diff --cached --quiet && exit 0",
    'git -c user.name=talos-roles -c user.email=talos-roles@localhost commit -q -m "Refresh the lock" -m "$(cat words.txt)"',
    'git push -f -o merge_request.create "https://talos-roles:$REFRESH_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git" HEAD:talos-roles/refresh',
  ];
}

const patchPath = "patches/cozystack.patch";

/** The image of the job has git, make and both shells, which is what proving the patch takes. */
const refreshPatch = (release: string): string[] => [
  'clone="$(mktemp -d)/cozystack"',
  'git clone --quiet --filter=blob:none --no-checkout https://github.com/cozystack/cozystack "$clone"',
  `talos-roles patch cozystack "$clone" --ref ${word(release)} --out ${patchPath}`,
];
