import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rolesSchema } from "../src/roles/schema.ts";
import { parse } from "yaml";
import { ended, runInside, startCli } from "./helpers/cli.ts";

const root = join(import.meta.dirname, "..");
let folder: string;
const start = (args: readonly string[], env?: Record<string, string>) =>
  startCli(args, { cwd: folder, ...(env ? { env } : {}) });
const run = (args: readonly string[], env?: Record<string, string>) => ended(start(args, env));
const inside = (args: readonly string[]) => runInside(args, folder);
const write = (name: string, text: string) => writeFile(join(folder, name), text);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-"));
  await write("good.yaml", "roles: {a: {extensions: [drbd]}}\n");
  await write("bad.yaml", "roles: {a: {extentions: [drbd]}}\n");
  await write(
    "without.yaml",
    `roles: {compute: {}, gateway: {count: 1}}
nodes: [{name: n1, address: 10.0.0.1, role: compute}, {name: n2, address: 10.0.0.2, role: compute}]
`,
  );
  await write(
    "two.yaml",
    `roles: {gateway: {count: 1}}
nodes: [{name: n1, address: 10.0.0.1, role: gateway}, {name: n2, address: 10.0.0.2, role: gateway}]
`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe("exit status", () => {
  it("0 for good: results on standard output, nothing else", async () => {
    const { status, out, err } = await run(["check", "-f", "good.yaml"]);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toMatch(/^NODE +ROLE +KUBERNETES READY[^]*\nNo findings\.\n$/);
  });

  it("1 for findings: two gateways are named", async () => {
    const { status, out } = await run(["check", "-f", "two.yaml", "--json"]);
    expect(status).toBe(1);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { message: string }[] };
    expect(diagnostics.some(({ message }) => /n1.*n2/.test(message))).toBe(true);
  });

  it("1 for findings: no gateway, with the nodes of which one could be it", async () => {
    const { status, out } = await run(["check", "-f", "without.yaml", "--json"]);
    expect(status).toBe(1);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { rule: string; message: string }[] };
    const [found] = diagnostics.filter(({ rule }) => rule === "role-count");
    expect(found?.message).toMatch(/`gateway` is for exactly 1 node, but no node has it: not one of n1, n2/);
  });

  it("2 for wrong input, with the place", async () => {
    const { status, out, err } = await run(["check", "-f", "bad.yaml"]);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(/bad\.yaml:1:13[^]*did you mean `extensions`[^]*error ROLES_INVALID/);
  });

  it("2 for wrong usage, with what was meant", async () => {
    const { status, err } = await inside(["chek"]);
    expect(status).toBe(2);
    expect(err).toMatch(/error USAGE: unknown command 'chek'\n.*check/);
    expect(await inside(["check", "--fiel", "x"])).toMatchObject({
      status: 2,
      err: expect.stringContaining("--file") as string,
    });
  });

  it("3 where a tool is missing, with the line that installs it", async () => {
    const { status, out } = await run(["doctor", "--json"], { PATH: folder, TALOS_ROLES_TOOL_PATH: folder });
    const { tools } = JSON.parse(out) as {
      tools: { command: string; path: string | null; install: string }[];
    };
    const missing = tools.filter(({ path }) => path === null);
    expect(status).toBe(3);
    expect(missing.map(({ command }) => command)).toContain("mksquashfs");
    expect(missing.every(({ install }) => install.length > 0)).toBe(true);
    const firmware = tools.filter(({ command }) => command.startsWith("UEFI firmware"));
    expect(firmware.map(({ command, install }) => [command, install])).toEqual([
      ["UEFI firmware (arm64)", "apt-get install qemu-efi-aarch64"],
      ["UEFI firmware (amd64)", "apt-get install ovmf"],
    ]);
  });
});

describe("help", () => {
  it("goes to standard output when asked for, to standard error when nothing was", async () => {
    const asked = await inside(["--help"]);
    expect(asked).toMatchObject({ status: 0, err: "" });
    expect(asked.out).toContain("talos-roles");
    expect(await inside([])).toMatchObject({ status: 2, out: "", err: asked.out });
    expect((await inside(["help", "check"])).out).toContain("$ talos-roles check");
  });

  it("--version is the package's", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    expect(await inside(["--version"])).toEqual({ status: 0, out: `${version}\n`, err: "" });
  });
});

describe("--json", () => {
  it.each([
    [["check", "-f", "bad.yaml", "--json"], "ROLES_INVALID", 2],
    [["check", "-f", "none.yaml", "--json"], "FILE_NOT_FOUND", 2],
    [["check", "--bogus", "--json"], "USAGE", 2],
    [["chek", "--json"], "USAGE", 2],
  ] as const)("%j: the error is one JSON document", async (args, code, expected) => {
    const { status, out, err } = await inside(args);
    expect({ status, out }).toEqual({ status: expected, out: "" });
    expect(JSON.parse(err)).toMatchObject({ error: { code } });
  });
});

describe("colours", () => {
  it("are there when forced, and gone with NO_COLOR and in pipes", async () => {
    const escape = "\u001B[";
    expect((await run(["check", "-f", "bad.yaml"], { FORCE_COLOR: "1" })).err).toContain(escape);
    expect((await run(["check", "-f", "bad.yaml"], { NO_COLOR: "1" })).err).not.toContain(escape);
  });
});

describe("init", () => {
  it("writes a file that check takes, and never over another", async () => {
    const args = [
      "init",
      "-f",
      "new.yaml",
      "--talos",
      "v1.12.1",
      "--arch",
      "amd64",
      "--name",
      "moon",
      "--registry",
      "ghcr.io/me/moon",
    ];
    expect(await inside(args)).toMatchObject({ status: 0, err: "" });
    const text = await readFile(join(folder, "new.yaml"), "utf8");
    expect(rolesSchema.parse(parse(text)).cluster).toMatchObject({
      name: "moon",
      talos: "v1.12.1",
      arch: "amd64",
    });
    expect((await inside(["check", "-f", "new.yaml"])).status).toBe(0);
    expect(await inside(args)).toMatchObject({
      status: 2,
      err: expect.stringContaining("already there") as string,
    });
    expect(await readFile(join(folder, "new.yaml"), "utf8")).toBe(text);
  });

  it("refuses answers that no file may hold, and writes nothing", async () => {
    const { status, err } = await inside(["init", "-f", "never.yaml", "--talos", "latest"]);
    expect(status).toBe(2);
    expect(err).toContain("a version like");
    await expect(readFile(join(folder, "never.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

it("check --show-defaults prints a file that means the same", async () => {
  const { out } = await inside(["check", "-f", "good.yaml", "--show-defaults"]);
  await write("shown.yaml", out);
  expect(await inside(["check", "-f", "shown.yaml", "--show-defaults"])).toEqual({ status: 0, out, err: "" });
});

it("a reader that closes the pipe early is no error", async () => {
  const nodes = Array.from(
    { length: 3000 },
    (_, at) => `  - {name: n${at}, address: 10.0.${at >> 8}.${at & 255}, role: a}\n`,
  );
  await write("many.yaml", `roles: {a: {}}\nnodes:\n${nodes.join("")}`);
  const child = start(["check", "-f", "many.yaml", "--show-defaults"]);
  child.stdout?.once("data", () => child.stdout?.destroy());
  const { status, err } = await ended(child);
  expect({ status, err }).toEqual({ status: 0, err: "" });
});
