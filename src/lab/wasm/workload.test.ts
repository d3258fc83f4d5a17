import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";
import { afterAll, describe, expect, it } from "vitest";
import { expectedAnswer, workloadModule } from "./workload.ts";

const folder = mkdtempSync(join(tmpdir(), "workload-"));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;

interface Engine {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<object>;
}

/** Runs the module as a program with this environment; its standard output. */
async function run(env: Record<string, string>): Promise<string> {
  const path = join(folder, `${(runs += 1)}`);
  const stdout = openSync(path, "w");
  const wasi = new WASI({ version: "preview1", env, stdout });
  // The types of this project are those of Node, which has no name for WebAssembly itself.
  const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
  const module = await engine.compile(new Uint8Array(workloadModule()));
  wasi.start(await engine.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport }));
  closeSync(stdout);
  return readFileSync(path, "utf8");
}

describe("the workload", () => {
  it("prints who it is and the sum of its query, as a CGI program answers", async () => {
    for (const query of ["", "a", "foobar", "nonce=4711&x=%20"]) {
      const env = { PATH: "/bin", QUERY_STRING: query, NODE_NAME: "n2", POD_IP: "10.244.2.2" };
      expect(await run(env)).toBe(
        `Content-Type: text/plain\r\n\r\n${expectedAnswer("n2", "10.244.2.2", query)}`,
      );
    }
  });

  it("has the sum of the algorithm's own test vectors", () => {
    expect(expectedAnswer("n", "p", "foobar")).toContain("fnv1a bf9cf968");
    expect(expectedAnswer("n", "p", "")).toContain("fnv1a 811c9dc5");
  });

  it("answers without the variables of a CGI, and is far below 100 KB", async () => {
    expect(await run({})).toContain('WebAssembly on , pod , query "", fnv1a 811c9dc5\n');
    expect(workloadModule().length).toBeLessThan(100_000);
  });
});
