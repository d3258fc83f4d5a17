import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RolesError } from "../errors.ts";
import { readSecrets } from "./secrets.ts";

describe("secrets by name", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "secrets-"));
    await writeFile(join(folder, "key"), "from a file\n");
    await writeFile(join(folder, "two-lines"), "one\ntwo\n\n");
  });
  afterAll(() => rm(folder, { recursive: true }));
  const source = () => ({
    rolesFile: join(folder, "roles.yaml"),
    env: { KEY: "from the environment", EMPTY: "" },
  });

  it("are read from the environment, and from files beside roles.yaml", async () => {
    const secretOf = await readSecrets([{ env: "KEY" }, { file: "key" }, { file: "two-lines" }], source());
    expect([{ env: "KEY" }, { file: "key" }, { file: "two-lines" }].map(secretOf)).toEqual([
      "from the environment",
      "from a file",
      "one\ntwo\n",
    ]);
  });

  it("are read from where an absolute path says", async () => {
    const secret = { file: join(folder, "key") };
    const secretOf = await readSecrets([secret], { rolesFile: join(folder, "sub", "roles.yaml"), env: {} });
    expect(secretOf(secret)).toBe("from a file");
  });

  it("are all named where they are missing or empty, and no value is", async () => {
    const error = await readSecrets(
      [{ env: "KEY" }, { env: "EMPTY" }, { env: "NONE" }, { file: "nowhere" }],
      source(),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RolesError);
    expect((error as RolesError).code).toBe("SECRET_MISSING");
    expect((error as RolesError).message).toBe("no value for env EMPTY, env NONE, file nowhere");
  });
});
