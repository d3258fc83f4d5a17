import { pinned } from "../actions.ts";
import { pipelineCommands } from "../commands.ts";
import { type MatrixEntry, entryId } from "../matrix.ts";
import type { PipelineOptions } from "../options.ts";
import { job, registryLogin, setUp } from "./job.ts";
import { indented, literal, step } from "./text.ts";

/** One job per role and architecture, or per shard: build, read back, push, attest, and one record. */
export function buildJob(options: PipelineOptions): string {
  const commands = pipelineCommands(options);
  const sharded = options.shards !== undefined;
  const when = {
    if: sharded
      ? "steps.share.outputs.any == 'true'"
      : "contains(needs.plan.outputs.pending, matrix.variant.key)",
  };
  const id = sharded
    ? "shard-${{ strategy.job-index }}"
    : "${{ matrix.variant.name }}-${{ matrix.variant.arch }}";
  return job({
    id: "build",
    head: headOf(options),
    steps: [
      ...setUp(options, { when: sharded ? undefined : when.if }),
      ...(sharded
        ? [
            step({
              name: "What of it is not published yet",
              id: "share",
              env: registryLogin,
              run: shareOf(commands.share),
            }),
          ]
        : []),
      step({ name: "Install the tools of a build", ...when, run: commands.installPackages }),
      ...(commands.checkout === ""
        ? []
        : [step({ name: "Check out CozyStack", ...when, run: commands.checkout })]),
      step({ name: "Build", ...when, env: registryLogin, run: commands.build }),
      step({ name: "Read back", ...when, run: commands.readBack }),
      ...publishing(options, when, id),
    ],
  });
}

/** What is done with what was built. */
function publishing(options: PipelineOptions, when: { if: string }, id: string): string[] {
  const { push } = pipelineCommands(options);
  return [
    step({
      name: "Push",
      id: "push",
      ...when,
      env: registryLogin,
      run: `${push}
${attestOutputs}`,
    }),
    step({
      name: "Attest",
      ...when,
      uses: pinned("actions/attest-build-provenance"),
      with: { "subject-checksums": "subjects.txt" },
    }),
    step({
      name: "Keep the record",
      ...when,
      uses: pinned("actions/upload-artifact"),
      with: {
        name: `record-${id}`,
        path: "|\n      out/build-record.json\n      out/push-*.json",
        "if-no-files-found": "error",
      },
    }),
    ...(options.outputs.some((output) => output !== "installer")
      ? [step({ name: "Keep the images that no registry has", ...when, ...keptImages(id) })]
      : []),
  ];
}

const shareOf = (share: string): string => `${share}
if [ -s share.txt ]; then echo "any=true" >> "$GITHUB_OUTPUT"; fi`;

/** Installers are in the registry. Images are compressed already. */
const keptImages = (id: string) => ({
  uses: pinned("actions/upload-artifact"),
  with: {
    name: `images-${id}`,
    path: "|\n      out/*/*\n      !out/*/installer-*",
    "if-no-files-found": "error",
    "compression-level": "0",
  },
});

/** `DIGEST  NAME` for each image, as the attestation takes it. */
const attestOutputs = `jq -r '.images[] | "\\(.digest | ltrimstr("sha256:"))  \\(.reference | sub(":[^:/]*$"; ""))"' out/push-*.json > subjects.txt
test -s subjects.txt`;

const headOf = (options: PipelineOptions): string => `name: build ${
  options.shards === undefined
    ? "${{ matrix.variant.name }} ${{ matrix.variant.arch }}"
    : "${{ matrix.shard }}"
}
needs: plan
if: github.event_name != 'pull_request' && needs.plan.outputs.pending != '{}'
runs-on: ${runnerOf(options)}
timeout-minutes: 120
permissions:
  contents: read
  packages: write
  id-token: write
  attestations: write
strategy:
  fail-fast: false
  matrix:
${indented(matrixText(options), 4)}
env:
${indented(environment(options), 2)}`;

const runnerOf = ({ runner, armRunner, shards }: PipelineOptions): string =>
  armRunner === undefined || shards !== undefined ? runner : "${{ matrix.variant.runner }}";

const environment = ({ shards }: PipelineOptions): string =>
  shards === undefined
    ? "ROLE: ${{ matrix.variant.name }}\nARCH: ${{ matrix.variant.arch }}"
    : "SHARD: ${{ matrix.shard }}";

function matrixText({ shards, entries, armRunner, runner }: PipelineOptions): string {
  if (shards !== undefined) {
    return `shard: [${Array.from({ length: shards }, (_, index) => `"${index + 1}/${shards}"`).join(", ")}]`;
  }
  const runnerOf = ({ arch }: MatrixEntry): string =>
    armRunner === undefined ? "" : `\n    runner: ${arch === "arm64" ? armRunner : runner}`;
  const texts = entries.map(
    (entry) => `  - name: ${literal(entry.name)}
    extensions: ${literal(entry.extensions)}
    suffix: ${literal(entry.suffix)}
    role: ${literal(entry.role)}
    arch: ${entry.arch}
    key: \${{ fromJSON(needs.plan.outputs.keys)['${entryId(entry)}'] }}${runnerOf(entry)}`,
  );
  return `variant:\n${texts.join("\n")}`;
}
