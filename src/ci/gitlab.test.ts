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
    { stage: string; script: string[]; variables: Record<string, unknown>; artifacts?: object }
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

it("has shards instead, each of which builds what is not published of its share", () => {
  const pipeline = made({ shards: 2 });
  expect(Object.keys(pipeline).slice(4)).toEqual(["build shard-1", "build shard-2", "merge"]);
  const script = pipeline["build shard-1"]?.script.join("\n");
  expect(script).toMatch(
    /ci matrix --lines --unpublished --shard "\$SHARD" > share\.txt\n.*exit 0[^]*while read -r ROLE ARCH; do\n {2}talos-roles build/,
  );
});

it("keeps what no registry has", () => {
  expect(made()["build compute-arm64"]?.artifacts).toMatchObject({ paths: ["records/compute-arm64/"] });
  expect(made({ outputs: ["installer", "iso"] })["build compute-arm64"]?.artifacts).toMatchObject({
    paths: ["records/compute-arm64/", "out/"],
  });
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
  expect(parent["refresh"]?.script.join("\n")).not.toContain("patch cozystack");
  const mirrored = parse(
    gitlabParent(pipelineFor(roles, { mirrors: ["ghcr.io=https://m.test"], cozystack: "v1.6.2" })),
  ) as ReturnType<typeof made>;
  const lines = mirrored["refresh"]?.script.join("\n");
  expect(lines).toContain("lock --update --file roles.yaml --mirror ghcr.io=https://m.test");
  expect(lines).toContain('patch cozystack "$clone" --ref v1.6.2 --out patches/cozystack.patch');
  expect(lines).toContain("git add -- roles.lock.json patches/cozystack.patch");
});
