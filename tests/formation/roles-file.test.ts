import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Formation } from "../../src/formation/model.ts";
import { runInside } from "../helpers/cli.ts";

let folder: string;
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const check = (...args: string[]) => runInside(["check", ...args], folder);
const parsed = ({ out }: { out: string }) => JSON.parse(out) as Formation;
const image = ["--extensions", "drbd,zfs", "--talos", "v1.13.6"];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "check-roles-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("takes the roles file that --file names beside configs, and never two", async () => {
  const count =
    "cluster: {talos: v1.13.6}\nroles: {edge: {count: 1}}\nnodes: [{name: n1, address: 10.0.0.1, role: edge}]\n";
  write("other.yaml", count);
  write("one.roles.yaml", count);
  write("two.roles.yaml", count);
  write("n1.yaml", "version: v1alpha1\nmachine: {type: worker, network: {hostname: n1}}\n");
  const without = parsed(await check("n1.yaml", ...image, "--json"));
  const named = parsed(await check("-f", "other.yaml", "n1.yaml", ...image, "--json"));
  const among = parsed(await check("one.roles.yaml", "n1.yaml", ...image, "--json"));
  expect(named).toEqual(among);
  expect(named).not.toEqual(without);
  expect((await check("-f", "./one.roles.yaml", "one.roles.yaml")).status).toBe(0);
  for (const args of [
    ["one.roles.yaml", "two.roles.yaml"],
    ["-f", "one.roles.yaml", "two.roles.yaml"],
    ["-f", "one.roles.yaml", "two.roles.yaml", "--show-defaults"],
  ])
    expect(await check(...args)).toMatchObject({
      status: 2,
      err: expect.stringMatching(/USAGE[^]*one\.roles\.yaml[^]*two\.roles\.yaml/) as string,
    });
  expect((await check("one.roles.yaml", "--show-defaults")).out).toContain("edge:");
});
