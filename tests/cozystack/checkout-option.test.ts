import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layoutFiles } from "../../src/cozystack/fixtures/layout-files.ts";
import { makeRepository } from "../../src/cozystack/fixtures/repository.ts";
import { runInside } from "../helpers/cli.ts";

let folder: string;
const roles = (release: string): string => `cluster: {cozystack: ${release}, arch: arm64}
roles: {storage: {extensions: [drbd, zfs]}}
nodes: [{name: n1, address: 10.0.0.1, role: storage}]
`;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkout-option-"));
  await makeRepository(join(folder, "clone"), layoutFiles("E", { script: "S8", talos: "v1.13.9" }), {
    tag: "v9.9.9",
  });
  await writeFile(join(folder, "roles.yaml"), roles("v9.9.9"));
  await writeFile(join(folder, "known.yaml"), roles("v1.6.2"));
});
afterAll(() => rm(folder, { recursive: true }));
const run = (...words: string[]) => runInside(words, folder);

it("a release that is not known is an error that says how to mend it", async () => {
  expect(await run("check")).toMatchObject({
    status: 2,
    err: expect.stringMatching(
      /roles\.yaml:1:\d+[^]*CozyStack v9\.9\.9 pins; write `talos: vX\.Y\.Z` beside it/,
    ) as string,
  });
});

it.each<[string[], boolean]>([
  [["check"], true],
  [["config"], true],
  [["lock", "--check", "--offline"], true],
  [["build"], true],
  [["push"], false],
  [["mirror"], false],
  [["diff", "--live"], false],
  [["ci", "matrix"], false],
  [["verify"], false],
])(
  "what %s says can be done with it: a clone is named only where there is an option for it",
  async (words, has) => {
    const { status, err } = await run(...words);
    expect({ status, talos: err.includes("`talos: vX.Y.Z`"), clone: err.includes("`--checkout`") }).toEqual({
      status: 2,
      talos: true,
      clone: has,
    });
  },
);

it("a clone that does not have the release either is no way out", async () => {
  await writeFile(join(folder, "later.yaml"), roles("v9.9.10"));
  const { status, err } = await run("check", "-f", "later.yaml", "--checkout", "clone");
  expect(status).toBe(2);
  expect(err).not.toContain("name a clone");
});

it("--checkout reads it from a clone", async () => {
  const { status, out } = await run("config", "n1", "--checkout", "clone");
  expect({ status, image: /image: .*/.exec(out)?.[0] }).toEqual({
    status: 0,
    image: expect.stringMatching(/talos-storage:v1\.13\.9$/) as string,
  });
  expect((await run("check", "--checkout", "clone")).status).toBe(0);
  expect((await run("check", "--show-defaults", "--checkout", "clone")).out).toContain("talos: v1.13.9");
});

it("what the clone lacks comes from the table, and what is no clone is an error", async () => {
  const { out } = await run("config", "n1", "--file", "known.yaml", "--checkout", "clone");
  expect(out).toMatch(/talos-storage:v1\.13\.6$/m);
  expect(await run("config", "n1", "--checkout", "nowhere")).toMatchObject({
    status: 2,
    err: expect.stringContaining("NOT_A_CHECKOUT") as string,
  });
});
