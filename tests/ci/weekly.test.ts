import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layoutFiles } from "../../src/cozystack/fixtures/layout-files.ts";
import { commitFiles, makeRepository } from "../../src/cozystack/fixtures/repository.ts";
import { git } from "../../src/cozystack/git.ts";
import { runInside } from "../helpers/cli.ts";
import { founding, type SmallUpstream, smallUpstream } from "../helpers/small-upstream.ts";
import { type WorkflowRunner, workflowRunner } from "../helpers/workflow-runner.ts";

// The weekly job as a runner runs it, with what it pushes to in a bare repository, CozyStack's in a folder, and `gh` stood in for.

const workflow = ".github/workflows/talos-images.yaml";
const branch = "refs/heads/talos-roles/refresh";
let upstream: SmallUpstream;
let scratch: string;
let repository: string;
let origin: string;
let cozystack: string;
let runner: WorkflowRunner;

beforeAll(async () => {
  upstream = await smallUpstream();
  scratch = await mkdtemp(join(tmpdir(), "weekly-"));
  [repository, origin, cozystack] = ["repository", "origin.git", "upstream"].map((name) =>
    join(scratch, name),
  ) as [string, string, string];
  await makeRepository(cozystack, layoutFiles("F"), { tag: "v1.6.2" });
  await mkdir(repository);
  await writeFile(
    join(repository, "roles.yaml"),
    `cluster: {cozystack: v1.6.2, arch: arm64, network: {pods: 10.244.0.0/16, services: 10.96.0.0/16}}
images: {registry: ghcr.io/acme, outputs: [installer]}
roles:
  compute: {extensions: [drbd, zfs, spin]}
`,
  );
  const mirror = ["--mirror", `ghcr.io=${upstream.registry.url}`];
  const cli = (...words: string[]) => runInside(words, repository);
  const cache = ["--cache-dir", join(scratch, "cache", "talos-roles")];
  expect(await cli("lock", ...mirror, ...cache)).toMatchObject({ status: 0 });
  expect(await cli("ci", "github", ...mirror, "--out", workflow)).toMatchObject({ status: 0, err: "" });
  expect(
    await cli("patch", "cozystack", cozystack, "--ref", "v1.6.2", "--out", "patches/cozystack.patch"),
  ).toMatchObject({ status: 0 });
  await git(["init", "--quiet", "--bare", "--template=", origin]);
  await makeRepository(repository, {});
  await git(["-C", repository, "remote", "add", "origin", origin]);
  await writeFile(
    join(scratch, ".gitconfig"),
    `[url "file://${cozystack}"]\n\tinsteadOf = https://github.com/cozystack/cozystack\n[protocol "file"]\n\tallow = always\n`,
  );
  runner = await workflowRunner(join(repository, workflow), repository, scratch, {
    // `gh pr list` prints the number of the request that is open, if there is one.
    gh: `test "$2" != list || cat '${scratch}/open-request' 2>/dev/null || true
test "$2" != create || echo 7 > '${scratch}/open-request'
while [ $# -gt 0 ]; do case $1 in --body-file) cp "$2" '${scratch}/body.md' ;; esac; shift; done`,
  });
}, 300_000);
afterAll(async () => {
  await upstream.close();
  await rm(scratch, { recursive: true });
});

const pushed = async (path: string): Promise<string> => git(["-C", origin, "show", `${branch}:${path}`]);
const requests = async (): Promise<string[]> =>
  (await runner.calls()).split("\n").filter((line) => /^gh pr (?:create|edit)/.test(line));

it("pushes nothing and asks for nothing where nothing moved", async () => {
  const ran = await runner.run("refresh");
  expect(ran).toMatchObject({ status: 0 });
  expect(ran.log).toContain("Nothing moved.");
  expect(await requests()).toEqual([]);
  expect(await git(["-C", origin, "for-each-ref"])).toBe("");
}, 300_000);

it("opens a pull request with the new lock, and with what moved in words", async () => {
  await upstream.publish("drbd", { ...founding["drbd"]!, version: "9.2.16-v1.13.6" });
  expect(await runner.run("refresh")).toMatchObject({ status: 0 });
  expect(await pushed("roles.lock.json")).toContain("9.2.16-v1.13.6");
  expect(await pushed("patches/cozystack.patch")).toBe(
    await git(["-C", repository, "show", "HEAD:patches/cozystack.patch"]),
  );
  const body = await readFile(join(scratch, "body.md"), "utf8");
  expect(body).toMatch(/drbd 9\.2\.14\S* (?:→|->) 9\.2\.16\S* in compute/);
  expect(body).toContain("CozyStack v1.6.2: patch made and proven.");
  expect(await requests()).toEqual([expect.stringMatching(/^gh pr create --head talos-roles\/refresh /)]);
  expect(await git(["-C", origin, "log", "--format=%an", branch, "-1"])).toContain("github-actions[bot]");
}, 300_000);

it("brings the request that is open up to date, and says when CozyStack's newest cannot be patched", async () => {
  await commitFiles(cozystack, { "packages/core/talos/hack/gen-profiles.sh": "#!/bin/sh\necho another\n" });
  await git(["-C", cozystack, "tag", "v1.7.0"]);
  expect(await runner.run("refresh")).toMatchObject({ status: 0 });
  expect((await requests()).at(-1)).toMatch(/^gh pr edit talos-roles\/refresh /);
  const body = await readFile(join(scratch, "body.md"), "utf8");
  expect(body).toContain("Newest release, v1.7.0:");
  expect(body).toContain("It cannot be patched.");
}, 300_000);
