import { expect, it } from "vitest";
import { parse } from "yaml";
import { foundingRoles, keyOf, lockFor, pipelineFor } from "./fixtures/pipeline.ts";
import { gitlabParent, gitlabPipeline } from "./gitlab.ts";
import { keyedMatrix } from "./matrix.ts";
import type { PipelineOptions } from "./options.ts";

const roles = foundingRoles();
const made = (more: Partial<PipelineOptions> = {}) =>
  parse(
    gitlabPipeline({ ...pipelineFor(roles, more), entries: keyedMatrix(roles, lockFor(roles)) }),
  ) as Record<
    string,
    { stage: string; script: string[]; variables: Record<string, unknown>; services?: string[] }
  >;

it("has the gate, one job per role and architecture, and the merge", () => {
  const pipeline = made();
  expect(Object.keys(pipeline)).toEqual([
    "stages",
    "variables",
    "default",
    "check",
    "build compute-arm64",
    "build gateway-arm64",
    "merge",
  ]);
  const gateway = pipeline["build gateway-arm64"];
  expect(gateway?.variables).toEqual({
    ROLE: "gateway",
    EXTENSIONS: "drbd zfs spin tailscale",
    SUFFIX: "-gateway",
    PURPOSE: "Subnet router + compute node",
    ARCH: "arm64",
    KEY: keyOf("gateway", "arm64"),
  });
  const script = gateway?.script.join("\n") ?? "";
  expect(script).not.toContain("sudo");
  expect(script).toMatch(/talos-roles build[^]*talos-roles inspect[^]*talos-roles push/);
  expect(pipeline["merge"]).toMatchObject({ when: "always" });
});

it("has shards instead, and Docker for the CozyStack engine", () => {
  expect(Object.keys(made({ shards: 2 })).slice(4)).toEqual(["build shard-1", "build shard-2", "merge"]);
  expect(made({ engine: "cozystack", cozystack: "v1.6.2" })["build compute-arm64"]?.services).toEqual([
    "docker:dind",
  ]);
  expect(made()["build compute-arm64"]?.services).toBeUndefined();
});

it("a role's words are not filled in by GitLab", () => {
  const lock = lockFor(roles);
  const entries = keyedMatrix(roles, lock).map((entry) => ({ ...entry, role: "costs $TOKEN" }));
  const pipeline = parse(gitlabPipeline({ ...pipelineFor(roles), entries })) as ReturnType<typeof made>;
  expect(pipeline["build compute-arm64"]?.variables["PURPOSE"]).toEqual({
    value: "costs $TOKEN",
    expand: false,
  });
});

it("the parent writes the child and triggers it, and refreshes the lock on a schedule", () => {
  const parent = parse(
    gitlabParent(pipelineFor(roles, { commandLine: "talos-roles ci gitlab" })),
  ) as ReturnType<typeof made>;
  expect(parent["write"]?.script.at(-1)).toBe("talos-roles ci gitlab --out talos-images.yml");
  expect(parent["images"]).toMatchObject({ trigger: { strategy: "depend" } });
  expect(parent["refresh"]?.script.join("\n")).toContain("merge_request.create");
});
