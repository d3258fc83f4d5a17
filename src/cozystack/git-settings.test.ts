import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutFiles } from "./fixtures/layout-files.ts";
import { makeRepository } from "./fixtures/repository.ts";
import { git } from "./git.ts";
import { patchCozystack } from "./patch.ts";

let folder: string;
let good: string;
let goodPatch: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozystack-settings-"));
  good = await repository("good");
  goodPatch = (await patchCozystack(good)).patch;
});
afterAll(() => rm(folder, { recursive: true }));

/** A repository of the newest layout, with files added. */
async function repository(name: string, files: Record<string, string> = {}): Promise<string> {
  const path = join(folder, name);
  await makeRepository(path, { ...layoutFiles("F"), ...files });
  return path;
}

describe("settings of git that would change a patch", () => {
  it("all of them at once: the same patch", async () => {
    const checkout = await repository("settings");
    const settings = {
      "diff.noprefix": "true",
      "diff.mnemonicPrefix": "true",
      "diff.external": "false",
      "diff.algorithm": "patience",
      "diff.context": "1",
      "diff.renames": "copies",
      "core.abbrev": "5",
      "core.fileMode": "false",
      "core.fsmonitor": "false",
      "core.hooksPath": "/nowhere",
      "color.ui": "always",
      "apply.whitespace": "fix",
    };
    for (const [name, value] of Object.entries(settings)) await git(["-C", checkout, "config", name, value]);
    expect((await patchCozystack(checkout)).patch).toBe(goodPatch);
  });

  it("autocrlf, with CR LF in the work tree: the same patch", async () => {
    const checkout = join(folder, "autocrlf");
    await git(["init", "--quiet", checkout]);
    await git(["-C", checkout, "config", "core.autocrlf", "true"]);
    await git(["-C", checkout, "fetch", "--quiet", good, "main"]);
    await git(["-C", checkout, "-c", "core.autocrlf=true", "reset", "--quiet", "--hard", "FETCH_HEAD"]);
    expect((await patchCozystack(checkout)).patch).toBe(goodPatch);
  });

  it("attributes that hide a difference or start a program: the same patch", async () => {
    const checkout = await repository("attributes", {
      ".gitattributes": "* -diff\n*.sh diff=x filter=x\nMakefile eol=crlf\n",
    });
    await git(["-C", checkout, "config", "diff.x.textconv", "false"]);
    await git(["-C", checkout, "config", "filter.x.smudge", "false"]);
    expect((await patchCozystack(checkout, { ref: "HEAD" })).patch).toBe(goodPatch);
  });

  it("tags or none: the same patch, and the tag is told", async () => {
    const checkout = await repository("tagged");
    await git(["-C", checkout, "tag", "api/apps/v1alpha1/v1.0.0"]);
    expect((await patchCozystack(checkout)).tag).toBeNull();
    await git(["-C", checkout, "tag", "v1.6.2"]);
    expect(await patchCozystack(checkout)).toMatchObject({ tag: "v1.6.2", patch: goodPatch });
  });
});
