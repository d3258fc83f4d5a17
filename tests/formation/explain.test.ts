import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { rules } from "../../src/formation/rules.ts";
import { runInside } from "../helpers/cli.ts";

describe("explain", () => {
  const explain = (...args: string[]) => runInside(["explain", ...args], tmpdir());

  it("tells of every rule what, why, what to do and where it is known from", async () => {
    for (const { id, title, fix, source } of rules) {
      const { out, status } = await explain(id);
      expect(status).toBe(0);
      for (const part of [title, fix, source]) expect(out).toContain(part);
    }
  });

  it("lists them all, as text and as data", async () => {
    const { out } = await explain();
    for (const { id } of rules) expect(out).toContain(`${id} `);
    const list = JSON.parse((await explain("--json")).out) as { id: string }[];
    expect(list.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    const one = JSON.parse((await explain("module-missing", "--json")).out) as object;
    expect(one).toMatchObject({ id: "module-missing", severity: "error", rows: ["B7", "C1"] });
  });

  it("knows what was meant by a misspelt id", async () => {
    const { status, err } = await explain("modul-missing");
    expect(status).toBe(2);
    expect(err).toContain("Did you mean `module-missing`?");
  });
});
