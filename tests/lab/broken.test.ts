import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ended, startCli } from "../helpers/cli.ts";

const cwd = mkdtempSync(join(tmpdir(), "broken-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

// 06 ends before a machine is powered on. The other five boot labs of their own: docs/testing.md has their command and its last figures.
it(
  "a scenario whose guarded thing is broken on purpose is caught at that very assertion",
  { timeout: 120_000 },
  async () => {
    const { status, out, err } = await ended(
      startCli(["lab", "test", "--broken", "06", "--progress", "plain", "--json"], { cwd }),
    );
    expect({ status, err }).toMatchObject({ status: 0 });
    expect(JSON.parse(out)).toMatchObject([
      { name: expect.stringMatching(/^06-/), status: "caught", reason: "refused by check" },
    ]);
    expect(readdirSync(cwd)).toEqual([]);
  },
);
