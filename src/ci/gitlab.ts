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
    merge: mergeJob(options, commands),
  };
  return `# Written by ${options.commandLine}
# A child pipeline: write it anew in each parent, and see docs/ci.md for the parent's lines.
# INPUT: TALOS_ROLES_IMAGE is a tag, as its digest is yours to choose: set it to node@sha256:… in the parent.
${stringify(pipeline, { lineWidth: 0 })}`;
}

const script = ({ installPackages, install, ...commands }: PipelineCommands): string[] => [
  // Jobs are root in their container, where there is no sudo.
  installPackages.replaceAll("sudo --preserve-env=GOBIN ", "").replaceAll("sudo ", ""),
  install,
  ...(commands.checkout === "" ? [] : [commands.checkout]),
];

const login = 'export GITHUB_TOKEN="${GITHUB_TOKEN:-}"';

/** In a container runtime of its own, where the engine runs Talos' imager in Docker. */
const services = ({ engine }: PipelineOptions): Job =>
  engine === "cozystack" ? { services: ["docker:dind"], tags: ["privileged"] } : {};

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
          ...services(options),
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
            `case "$(${commands.pending})" in *"$KEY"*) ;; *) echo "It is published."; exit 0 ;; esac`,
            ...built(commands, id),
          ],
          artifacts: { paths: [`records/${id}/`] },
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
        ...services(options),
        variables: { SHARD: `${index + 1}/${shards}` },
        script: [...script(commands), ...built(commands, `shard-${index + 1}`)],
        artifacts: { paths: [`records/shard-${index + 1}/`] },
      },
    ]),
  );
}

const built = ({ build, readBack, push }: PipelineCommands, id: string): string[] => [
  login,
  build,
  readBack,
  `${push} > out/push.json`,
  `mkdir -p records/${id}`,
  `cp out/build-record.json out/push.json records/${id}/`,
];

/** GitLab fills variables into variables; a role's words must stay as they are. */
const verbatim = (values: Record<string, string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.includes("$") ? { value, expand: false } : value,
    ]),
  );

const mergeJob = (_: PipelineOptions, { install, merge }: PipelineCommands): Job => ({
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
function gitlabRefresh({ rolesFile }: PipelineOptions): string[] {
  const lock = word(lockPath(rolesFile));
  return [
    `cp ${lock} before.lock.json`,
    `talos-roles lock --update --file ${word(rolesFile)}`,
    `talos-roles diff before.lock.json ${lock} | tee words.txt`,
    `git diff --quiet -- ${lock} && exit 0`,
    `git -c user.name=talos-roles -c user.email=talos-roles@localhost commit -q -m "Refresh the lock" -m "$(cat words.txt)" -- ${lock}`,
    'git push -f -o merge_request.create "https://talos-roles:$REFRESH_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git" HEAD:talos-roles/refresh',
  ];
}
