import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { foundingRoles, pipelineFor } from "../fixtures/pipeline.ts";
import type { PipelineOptions } from "../options.ts";
import { githubWorkflow } from "./workflow.ts";

interface Step {
  name: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
}
interface Job {
  permissions: Record<string, string>;
  "runs-on": string;
  if?: string;
  steps: Step[];
  strategy?: { matrix: { variant?: Record<string, string>[]; shard?: string[] } };
}
interface Workflow {
  permissions: object;
  jobs: Record<string, Job>;
}

const made = (more: Partial<PipelineOptions> = {}, roles = foundingRoles()): [Workflow, string] => {
  const text = githubWorkflow(pipelineFor(roles, more), ".github/workflows/talos-images.yaml");
  return [parse(text) as Workflow, text];
};
const commands = (job: Job | undefined): string => job?.steps.map(({ run = "" }) => run).join("\n") ?? "";

describe("the matrix", () => {
  it("has ADR-004's entries literally, and takes each key from the lock when it runs", () => {
    const [{ jobs }] = made();
    expect(jobs["build"]?.strategy?.matrix.variant?.[1]).toEqual({
      name: "gateway",
      extensions: "drbd zfs spin tailscale",
      suffix: "-gateway",
      role: "Subnet router + compute node",
      arch: "arm64",
      key: "${{ fromJSON(needs.plan.outputs.keys)['gateway-arm64'] }}",
    });
  });

  it("sends arm64 to its own runner where there is one, and cross-builds where there is none", () => {
    const roles = foundingRoles("[arm64, amd64]");
    const [{ jobs }] = made({ armRunner: "ubuntu-24.04-arm" }, roles);
    expect(jobs["build"]?.strategy?.matrix.variant?.map(({ arch, runner }) => [arch, runner])).toEqual([
      ["arm64", "ubuntu-24.04-arm"],
      ["amd64", "ubuntu-24.04"],
      ["arm64", "ubuntu-24.04-arm"],
      ["amd64", "ubuntu-24.04"],
    ]);
    expect(jobs["build"]?.["runs-on"]).toBe("${{ matrix.variant.runner }}");
    expect(made()[0].jobs["build"]?.["runs-on"]).toBe("ubuntu-24.04");
  });

  it("has shards instead, for many roles on few runners, with the registry as the cache they share", () => {
    const [{ jobs }] = made({ shards: 3, cache: "ghcr.io/urmanac/moon/cache" });
    expect(jobs["build"]?.strategy?.matrix).toEqual({ shard: ["1/3", "2/3", "3/3"] });
    expect(commands(jobs["build"])).toContain(
      'talos-roles build "$ROLE" --arch "$ARCH" --outputs installer --frozen --out out --cache ghcr.io/urmanac/moon/cache < /dev/null',
    );
    // Only what is not published: where that is nothing, the job does nothing.
    expect(commands(jobs["build"])).toContain('ci matrix --lines --unpublished --shard "$SHARD" > share.txt');
    const steps = jobs["build"]?.steps.slice(4) ?? [];
    expect(steps.map((step) => step.if)).toEqual(steps.map(() => "steps.share.outputs.any == 'true'"));
  });
});

describe("the order", () => {
  it("lock, check, plan; then build, read back, push, attest, record; then merge", () => {
    const [{ jobs }] = made();
    const names = (job: string): string[] => jobs[job]?.steps.map(({ name }) => name) ?? [];
    expect(names("plan").slice(3)).toEqual([
      "The lock fits the roles",
      "The cluster would form",
      "This workflow fits the roles",
      "What is not published yet",
    ]);
    expect(names("build").slice(4)).toEqual(["Build", "Read back", "Push", "Attest", "Keep the record"]);
    expect(names("merge").slice(3)).toEqual([
      "Get the records",
      "Merge them, and write the page of images",
      "Keep the merged record and the page",
    ]);
  });

  it("what no registry has is kept with the run", () => {
    const named = (more: Partial<PipelineOptions>) =>
      made(more)[0].jobs["build"]?.steps.find(({ name }) => name === "Keep the images that no registry has");
    expect(named({})).toBeUndefined();
    const kept = named({ outputs: ["installer", "iso", "metal"] });
    expect(kept?.uses).toMatch(/^actions\/upload-artifact@/);
    expect(kept?.with).toMatchObject({ path: "out/*/*\n!out/*/installer-*\n", "if-no-files-found": "error" });
    expect(commands(made({ outputs: ["installer", "iso"] })[0].jobs["build"])).toContain(
      "--outputs installer,iso",
    );
  });

  it("the CozyStack engine checks CozyStack out at the release of roles.yaml", () => {
    const roles = foundingRoles("arm64", ", cozystack: v1.6.2");
    const [{ jobs }] = made({ engine: "cozystack" }, roles);
    const text = commands(jobs["build"]);
    expect(text).toContain("checkout --quiet --detach v1.6.2");
    expect(text).toContain("--engine cozystack --checkout cozystack");
    expect(text).toMatch(/go.* install .*cmd\/crane@v/);
    expect(commands(jobs["refresh"])).toContain("patch cozystack");
  });
});

describe("safety", () => {
  it("pins every action to a commit, with its version beside it", () => {
    const uses = made()[1].match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(8);
    for (const line of uses) expect(line).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("gives each job only what it needs", () => {
    const [{ permissions, jobs }] = made();
    expect(permissions).toEqual({});
    expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
      plan: { contents: "read", packages: "read" },
      build: { contents: "read", packages: "write", "id-token": "write", attestations: "write" },
      merge: { contents: "read", packages: "read" },
      refresh: { contents: "write", packages: "read", "pull-requests": "write" },
    });
    expect(jobs["build"]?.if).toContain("github.event_name != 'pull_request'");
  });

  it("no step that runs for a pull request is given a token", () => {
    const [{ jobs }] = made();
    const runs = ({ if: condition = "" }: { if?: string }): boolean =>
      !condition.includes("github.event_name != 'pull_request'") &&
      condition !== "github.event_name == 'schedule'";
    const steps = Object.values(jobs)
      .filter(runs)
      .flatMap((job) => job.steps.filter(runs));
    expect(steps.length).toBeGreaterThan(4);
    for (const step of steps) expect(JSON.stringify([step.env, step.with])).not.toMatch(/token|secrets/i);
    // Where there is one, it is only for a command that asks a registry or pushes.
    const holders = Object.values(jobs).flatMap((job) =>
      job.steps.filter((step) => step.env?.["GITHUB_TOKEN"]),
    );
    for (const { run = "" } of holders)
      expect(run).toMatch(/--unpublished|build |push |merge |lock --update/);
  });

  it("no expression stands in a command: what a role is called cannot run", () => {
    const [{ jobs }] = made();
    for (const { steps } of Object.values(jobs)) {
      for (const { run = "" } of steps) expect(run).not.toContain("${{");
    }
  });

  it("what a role is for cannot become an expression", () => {
    const roles = foundingRoles();
    roles.roles[0]!.purpose = 'x ${{ secrets.GITHUB_TOKEN }} "quoted"\nnext: line';
    const [{ jobs }, text] = made({}, roles);
    expect(text).not.toContain("${{ secrets");
    expect(jobs["build"]?.strategy?.matrix.variant?.[0]?.["role"]).toBe(
      "x ${{ '${{' }} secrets.GITHUB_TOKEN }} \"quoted\"\nnext: line",
    );
  });
});
