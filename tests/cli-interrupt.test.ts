import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ended, startCli } from "./helpers/cli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("Ctrl-C", () => {
  /** A tool that says it has begun and then takes its time; with `stubborn` it does not listen to signals. */
  async function slowTool(stubborn: boolean): Promise<{ path: string; begun: () => Promise<void> }> {
    const path = await mkdtemp(join(folder, "slow-"));
    const trap = stubborn ? "trap '' INT TERM\n" : "";
    await writeFile(join(path, "zstd"), `#!/bin/sh\n${trap}: >"${path}/begun"\nsleep 20\n`);
    await chmod(join(path, "zstd"), 0o755);
    const begun = async () => {
      for (let tries = 0; tries < 200; tries += 1) {
        const there = await readFile(join(path, "begun")).then(
          () => true,
          () => false,
        );
        if (there) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error("the tool was never started");
    };
    return { path, begun };
  }
  const withTool = (path: string) =>
    startCli(["doctor"], { cwd: folder, env: { PATH: `${path}:${process.env["PATH"] ?? ""}` } });

  it("ends the command with status 130", async () => {
    const { path, begun } = await slowTool(false);
    const child = withTool(path);
    const end = ended(child);
    await begun();
    child.kill("SIGINT");
    const { status, err } = await end;
    expect(status).toBe(130);
    expect(err).toContain("stopping");
  });

  it("pressed twice ends it at once, whatever is still running", async () => {
    const { path, begun } = await slowTool(true);
    const child = withTool(path);
    const exited = new Promise((resolve) => {
      child.on("exit", resolve);
    });
    await begun();
    child.kill("SIGINT");
    const said = new Promise((resolve) => {
      child.stderr?.once("data", resolve);
    });
    await said;
    child.kill("SIGINT");
    expect(await exited).toBe(130);
  });
});
