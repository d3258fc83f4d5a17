import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepConsole, readConsole } from "./console.ts";
import { consoleFile, type LabSpec, writeSpec } from "./spec.ts";

const state = await mkdtemp(join(tmpdir(), "lab-console-"));
const file = consoleFile(state, "n1");
beforeAll(async () => {
  await writeSpec(state, { machines: [{ name: "n1" }, { name: "n2" }] } as unknown as LabSpec);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "[    0.000000] Booting Linux\n");
});
afterAll(() => rm(state, { recursive: true, force: true }));

const still = new AbortController().signal;
const first = async (machine: string): Promise<string> => {
  let text = "";
  for await (const chunk of readConsole(state, machine, { follow: false, signal: still }))
    text += String(chunk);
  return text;
};

describe("the console of a machine", () => {
  it("is all that it wrote so far", async () => {
    expect(await first("n1")).toBe("[    0.000000] Booting Linux\n");
  });

  it("is lost on a full disk, and the lab goes on", async () => {
    const full = keepConsole("/dev/full");
    full.write("Booting Linux\n");
    await new Promise((resolve) => setTimeout(resolve, 200));
    full.write("login: ");
    await full.end();
    const kept = keepConsole(join(state, "kept.log"));
    kept.write("Booting ");
    kept.write("Linux\n");
    await kept.end();
    expect(await readFile(join(state, "kept.log"), "utf8")).toBe("Booting Linux\n");
  });

  it("goes on with what comes, until it is told to end", async () => {
    const ending = new AbortController();
    let text = "";
    for await (const chunk of readConsole(state, "n1", { follow: true, signal: ending.signal })) {
      text += Buffer.from(chunk).toString("utf8");
      if (!text.includes("login")) await appendFile(file, "login: \u00fc\n");
      else ending.abort();
    }
    expect(text).toMatch(/Booting Linux\nlogin: ü\n$/);
  });

  it("is only that of a machine of the lab which has been on", async () => {
    await expect(first("n9")).rejects.toMatchObject({ code: "USAGE", hint: "It has: n1, n2." });
    await expect(first("n2")).rejects.toMatchObject({ code: "LAB_ABSENT" });
    const none = readConsole(join(state, "none"), "n1", { follow: false, signal: still });
    await expect(none.next()).rejects.toMatchObject({ code: "LAB_ABSENT" });
  });
});
