import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockText } from "../../src/catalog/lock-file.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { silent } from "../../src/events.ts";
import type { FaultInjector } from "../../src/oci/registry/faults.ts";
import { type Gate, basicGate, tokenGate } from "../../src/oci/registry/gate.ts";
import { type RunningRegistry, startRegistry } from "../../src/oci/registry/server.ts";
import { type Ended, ended, startCli } from "../helpers/cli.ts";
import { adr, rolesOf } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

const password = "correct-horse-battery";
const users = { robot: password };
const secrets = [password, Buffer.from(`robot:${password}`).toString("base64")];

let upstream: SmallUpstream;
let home: string;
let good: string;

beforeAll(async () => {
  upstream = await smallUpstream();
  good = lockText(await makeLock(rolesOf(adr), { client: upstream.client, emit: silent }));
  home = await mkdtemp(join(tmpdir(), "lock-secrets-"));
});
afterAll(async () => {
  await upstream.close();
  await rm(home, { recursive: true });
});

/** Runs `lock` against the upstream's content behind a gate, with the password in docker's file. */
async function run(gate: Gate, faults?: FaultInjector): Promise<Ended & { files: Map<string, string> }> {
  const registry: RunningRegistry = await startRegistry({
    store: upstream.registry.store,
    gate,
    ...(faults ? { faults } : {}),
  });
  const folder = await mkdtemp(join(home, "run-"));
  await writeFile(join(folder, "roles.yaml"), adr);
  const docker = join(home, `docker-${registry.host.replace(":", "-")}`);
  await mkdir(docker, { recursive: true });
  const auths = { [registry.host]: { auth: secrets[1] } };
  await writeFile(join(docker, "config.json"), JSON.stringify({ auths }));
  const child = startCli(
    ["lock", "--mirror", `ghcr.io=${registry.url}`, "--cache-dir", "cache", "--progress", "json", "--json"],
    { cwd: folder, env: { DOCKER_CONFIG: docker } },
  );
  const result = await ended(child);
  await registry.close();
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) files.set(entry.name, await readFile(join(entry.parentPath, entry.name), "latin1"));
  return { ...result, files };
}

function expectNoSecret({ out, err, files }: Awaited<ReturnType<typeof run>>): void {
  for (const text of [out, err, ...files.values()])
    for (const secret of secrets) expect(text).not.toContain(secret);
}

describe("the password for a registry", () => {
  it.each<[string, Gate, FaultInjector | undefined]>([
    ["basic", basicGate(users), undefined],
    ["tokens that expire in the middle", tokenGate({ users, uses: 3 }), undefined],
    [
      "tokens, and every third request fails",
      tokenGate({ users }),
      ({ count }) => (count % 3 === 0 ? { reply: { status: 503 } } : undefined),
    ],
  ])("with %s: the lock is the same, and it is in no output and no file", async (_, gate, faults) => {
    const result = await run(gate, faults);
    expect({ status: result.status, lock: result.files.get("roles.lock.json") }).toEqual({
      status: 0,
      lock: good,
    });
    expectNoSecret(result);
  });

  it.each<[string, Gate, FaultInjector | undefined, string]>([
    ["it is refused", tokenGate({ users: { robot: "another" } }), undefined, "REGISTRY_DENIED"],
    [
      "the registry breaks down",
      basicGate(users),
      ({ count }) => (count > 4 ? { reset: true } : undefined),
      "REGISTRY_UNREACHABLE",
    ],
  ])(
    "where %s: one clear error, no lock, and it is in no output and no file",
    async (_, gate, faults, code) => {
      const result = await run(gate, faults);
      expect(result.status).not.toBe(0);
      expect(result.err).toContain(`"${code}"`);
      expect(result.files.has("roles.lock.json")).toBe(false);
      expectNoSecret(result);
    },
  );
});
