import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, ended } from "../helpers/cli.ts";

// What the scenarios share, played with a program that answers every `verify` with the same verdict and knows no other command.
const scenarios = join(import.meta.dirname, "..", "cluster-formation");
const cwd = mkdtempSync(join(tmpdir(), "scenario-rules-"));
const program = join(cwd, "program");
const answer = (value: string) => ({ answer: value, reasons: [] });
const node = {
  name: "n1",
  role: "compute",
  kubernetesReady: answer("yes"),
  bootCompletes: answer("no"),
  roleFunctional: answer("yes"),
};

beforeAll(() => {
  copyFileSync(join(scenarios, "lib.sh"), join(cwd, "lib.sh"));
  const verdict = JSON.stringify({ formed: false, nodes: [node] });
  writeFileSync(program, `#!/bin/sh\n[ "$1" = verify ] && echo '${verdict}'\n`);
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Plays a script with this body, against a "live" cluster; with `broken` as `lab test --broken` does. */
function play(body: string, { broken = false, guarded = "" } = {}): Promise<Ended> {
  writeFileSync(
    join(cwd, "09-any.sh"),
    `guarded="${guarded}"\nsource "$(dirname "$0")/lib.sh"\n${body}\npassed\n`,
  );
  const env = { ...process.env, CI: undefined, TALOS_ROLES: program, BREAK: broken ? "1" : "" };
  return ended(spawn("bash", ["09-any.sh", "--target", "live"], { cwd, env }));
}
const notes = join(cwd, "out", "lab", "09-any.notes");

describe("a scenario", () => {
  it("passes where every assertion holds, and leaves nothing behind", async () => {
    const { status, out } = await play(`verify; expect "a node was asked" '.nodes | length == 1'`);
    expect([status, out.includes("ok: a node was asked"), out.includes("passed 09-any")]).toEqual([
      0,
      true,
      true,
    ]);
    expect(readdirSync(cwd).sort()).toEqual(["09-any.sh", "lib.sh", "program"]);
  });

  it("ends at the first assertion that fails, says which and where its notes are, and keeps them", async () => {
    const { status, out, err } = await play(`verify; expect "the cluster is formed" .formed; say never`);
    expect([status, out.includes("never")]).toEqual([1, false]);
    expect(err).toContain("FAILED 09-any: the cluster is formed\n");
    expect(err).toContain("what it saw is in out/lab/09-any.notes");
    expect(JSON.parse(readFileSync(join(notes, "verdict.json"), "utf8"))).toMatchObject({ formed: false });
    rmSync(join(cwd, "out"), { recursive: true });
  });

  it("tells a boot that does not complete from one that does", async () => {
    const { status, err } = await play(`verify; expect "all is well" "$compute | $good"`);
    expect([status, err.includes("FAILED 09-any: all is well")]).toEqual([1, true]);
    rmSync(join(cwd, "out"), { recursive: true });
  });

  it("ends in failure where a command fails that nobody expected to", async () => {
    const { status } = await play("false");
    expect([status, existsSync(notes)]).toEqual([1, true]);
    rmSync(join(cwd, "out"), { recursive: true });
  });

  it("gives a wait its time, and no more", async () => {
    const { status, err } = await play('wait_until "it comes" 1 false');
    expect([status, err.includes("FAILED 09-any: it comes")]).toEqual([1, true]);
    rmSync(join(cwd, "out"), { recursive: true });
  });

  it("says why it is not played here; in CI that is a failure", async () => {
    const { status, out } = await play("lab_only");
    expect([status, /^SKIPPED 09-any: .* for the lab only$/m.test(out)]).toEqual([77, true]);
    expect((await play("export CI=1; lab_only")).status).toBe(1);
    rmSync(join(cwd, "out"), { recursive: true, force: true });
  });
});

describe("a scenario that was broken on purpose", () => {
  const body = `verify; expect "a node was asked" '.nodes | length == 1'; expect "the cluster is formed" .formed`;

  it("is caught at the assertion that guards it", async () => {
    const { status, out } = await play(body, { broken: true, guarded: "the cluster is formed" });
    expect([status, out.includes("CAUGHT 09-any: the cluster is formed\n")]).toEqual([76, true]);
    expect(existsSync(join(cwd, "out"))).toBe(false);
  });

  it.each([
    ["at another assertion", body, "a node was asked"],
    ["by a command that fails", "false", "the cluster is formed"],
    ["not at all", "verify", "the cluster is formed"],
  ])("is a failure where it ends %s", async (_where, text, guarded) => {
    const { status, err } = await play(text, { broken: true, guarded });
    expect(status).toBe(1);
    expect(err).not.toContain("CAUGHT");
    rmSync(join(cwd, "out"), { recursive: true });
  });

  it("names an assertion that is really in its script", () => {
    for (const name of readdirSync(scenarios).filter((one) => /^\d\d-/.test(one))) {
      const text = readFileSync(join(scenarios, name), "utf8");
      const guarded = /^guarded="(.+)"$/m.exec(text)?.[1] ?? "";
      const told = text.replaceAll("refused by $name", "refused by check").split(`"${guarded}"`).length;
      expect([name, guarded !== "", told > 2]).toEqual([name, true, true]);
    }
  });
});
