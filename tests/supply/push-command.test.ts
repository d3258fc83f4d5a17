import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { updateLock } from "../../src/catalog/update-lock.ts";
import { silent } from "../../src/events.ts";
import { sourceUrl } from "../../src/image/push/source-url.ts";
import { type RunningRegistry, startRegistry } from "../../src/oci/registry/server.ts";
import { writeInstallers } from "../helpers/built-installers.ts";
import { runInside } from "../helpers/cli.ts";
import { adr, rolesOf } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let upstream: SmallUpstream;
let registry: RunningRegistry;
let folder: string;

beforeAll(async () => {
  upstream = await smallUpstream();
});
afterAll(() => upstream.close());
beforeEach(async () => {
  registry = await startRegistry();
  folder = mkdtempSync(join(tmpdir(), "push-command-"));
});
afterEach(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

const out = () => join(folder, "out");

/** Roles, lock and build in the folder, for a registry. */
async function built(host: string): Promise<void> {
  const text = `${adr}images: {registry: "${host}/moon"}\n`;
  const roles = rolesOf(text, join(folder, "roles.yaml"));
  writeFileSync(roles.file, text);
  const { lock } = await updateLock(roles, { client: upstream.client, emit: silent });
  await writeInstallers(out(), { roles, lock }, { uki: Buffer.from("no UKI") });
}

describe("talos-roles push", () => {
  it("tells what is where, as text and as JSON", async () => {
    await built(registry.host);
    const args = ["push", "-f", join(folder, "roles.yaml"), "--out", out()];
    const { status, out: text } = await runInside(args, folder);
    expect({ status, text }).toEqual({
      status: 0,
      text: expect.stringMatching(/talos-gateway:v1\.13\.6 [^]*pushed/) as string,
    });
    const { images } = JSON.parse((await runInside([...args, "gateway", "--json"], folder)).out) as {
      images: object[];
    };
    expect(images).toMatchObject([{ role: "gateway", arch: "arm64", pushed: false, moved: null }]);
  });

  it("sends nothing under the tag of another Talos than the one that was built", async () => {
    await built(registry.host);
    const file = join(folder, "roles.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("v1.13.6", "v1.13.9"));
    const { status, err } = await runInside(["push", "-f", file, "--out", out(), "--json"], folder);
    expect({ status, error: JSON.parse(err) as unknown }).toMatchObject({
      status: 1,
      error: {
        error: { code: "LOCK_STALE", message: expect.stringContaining("v1.13.6 → v1.13.9") as string },
      },
    });
    expect(registry.requests).toEqual([]);
  });

  it("pushes elsewhere with --to", async () => {
    await built("ghcr.io");
    const args = [
      "push",
      "-f",
      join(folder, "roles.yaml"),
      "--out",
      out(),
      "--to",
      `${registry.host}/elsewhere`,
    ];
    expect((await runInside(args, folder)).out).toContain(`${registry.host}/elsewhere/talos-compute:v1.13.6`);
  });
});

it("the address of the sources is the CI's, and never one with a password", () => {
  const github = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "urmanac/moon" };
  expect(sourceUrl(github)).toBe("https://github.com/urmanac/moon");
  expect(sourceUrl({ CI_PROJECT_URL: "https://gitlab.com/a/b" })).toBe("https://gitlab.com/a/b");
  expect(sourceUrl({ CI_PROJECT_URL: "https://user:word@gitlab.com/a/b" })).toBeUndefined();
  expect(sourceUrl({})).toBeUndefined();
});
