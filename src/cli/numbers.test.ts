import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runInside } from "../../tests/helpers/cli.ts";
import { numberWithin, seconds } from "./numbers.ts";

const folder = mkdtempSync(join(tmpdir(), "numbers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const port = numberWithin({ from: 1, to: 65_535 });

it.each(["", " 1", "abc", "NaN", "Infinity", "-1", "1e3", "0x10", "1.5", "0", "65536", "9".repeat(400)])(
  "%j is no port",
  (text) => expect(() => port(text)).toThrow(/from 1 to 65535/),
);

it("a number within its bounds is that number", () => {
  expect(["1", "0080", "65535"].map(port)).toEqual([1, 80, 65_535]);
  expect(["0.05", "120", "86400"].map(seconds)).toEqual([0.05, 120, 86_400]);
  expect(() => seconds("86401")).toThrow(/seconds/);
});

it.each([
  ["boot", "gateway", "--timeout", "abc"],
  ["verify", "--timeout", "0"],
  ["verify", "--at-once", "x"],
  ["verify", "--watch", "--deadline", "35792"],
  ["verify", "--watch", "--deadline", "soon"],
  ["lab", "up", "--memory", "much"],
  ["lab", "up", "--timeout", "1e9"],
  ["lab", "upstream", "--port", "65536"],
  ["lab", "simulate", "--state", "s", "--nodes", "-3"],
  ["lab", "simulate", "--state", "s", "--speed", "fast"],
  ["lab", "simulate", "--state", "s", "--net", "300"],
  ["ci", "github", "--shards", "257"],
])("%s %s %s %s is a mistake in use, and nothing begins", async (...words) => {
  const { status, out, err } = await runInside(words, folder);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toMatch(/USAGE[^]* from [\d.]+ to \d+/);
});
