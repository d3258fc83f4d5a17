import { createServer, type IncomingHttpHeaders } from "node:http";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromText } from "../formats/bytes.ts";
import type { CredentialStore } from "./auth/credentials.ts";
import { type Bench, createBench, credentials, isBlob, secrets, users } from "./fixtures/bench.ts";
import { parseReference } from "./reference.ts";
import type { FaultInjector } from "./registry/faults.ts";
import { basicGate, tokenGate } from "./registry/gate.ts";
import { pushImage } from "./transfer.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench.close());

describe("credentials", () => {
  test("stay with their origin when a blob is redirected, and are not given to a challenge there", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const layer = bench.image.layers[0]!;
    const elsewhere = await bench.listening(
      createServer((request, response) => {
        seen.push(request.headers);
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      }),
    );
    const faults: FaultInjector = (request) =>
      isBlob(request) && request.path.includes(layer.descriptor.digest)
        ? { reply: { status: 307, headers: { location: `http://${elsewhere}/stolen?X-Signature=secret` } } }
        : undefined;
    // The gate is behind the fault: log in first with the manifest.
    const registry = await bench.started({ gate: basicGate(users), faults });
    const error = await bench
      .pull(registry, bench.clientWith({ credentials }))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "REGISTRY_DENIED" });
    expect(seen).not.toHaveLength(0);
    expect(seen.filter((headers) => headers.authorization !== undefined)).toEqual([]);
    expect(inspect(error, { depth: null })).not.toContain("X-Signature");
  });

  test("stay with their origin when an upload is sent to another place, whether by its address or by a redirect", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const elsewhere = await bench.listening(
      createServer((request, response) => {
        seen.push(request.headers);
        request.resume();
        response.writeHead(401, { "www-authenticate": 'Bearer realm="/token"' }).end();
      }),
    );
    const location = `http://${elsewhere}/v2/c/d/blobs/uploads/stolen`;
    for (const [method, status] of [
      ["POST", 202],
      ["POST", 307],
      ["PUT", 307],
      ["HEAD", 307],
    ] as const) {
      const faults: FaultInjector = (request) =>
        request.method === method && request.path.includes("/blobs/")
          ? { reply: { status, headers: { location } } }
          : undefined;
      for (const gate of [basicGate(users), tokenGate({ users })]) {
        const registry = await bench.started({ gate, faults });
        const client = bench.clientWith({ credentials });
        // Logged in first, so that a token is at hand.
        await client.manifest(parseReference(`${registry.host}/a/b:v1`));
        const { descriptor, content } = bench.image.layers[0]!;
        await client
          .pushBlob(parseReference(`${registry.host}/c/d`), descriptor, content)
          .catch(() => undefined);
      }
    }
    expect(seen.length).toBeGreaterThan(3);
    for (const { authorization, cookie } of seen)
      expect([authorization, cookie]).toEqual([undefined, undefined]);
  });

  test("are not sent to a token service that is not as safe as the registry", async () => {
    const challenge = { "www-authenticate": 'Bearer realm="http://token.example/token",service="x"' };
    const registry = await bench.started({ gate: () => ({ status: 401, headers: challenge }) });
    await expect(bench.pull(registry, bench.clientWith({ credentials }))).rejects.toMatchObject({
      code: "REGISTRY_PROTOCOL",
    });
  });

  test("wrong ones end in an error that does not repeat them", async () => {
    for (const gate of [tokenGate({ users: {} }), basicGate({})]) {
      const error = await bench
        .pull(await bench.started({ gate }), bench.clientWith({ credentials }))
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "REGISTRY_DENIED" });
    }
  });

  test("are in no error, whatever goes wrong, also when the registry sends them back", async () => {
    const echo = JSON.stringify({ errors: [{ code: "DENIED", message: secrets.join(" ") }], token: 7 });
    const faults: FaultInjector[] = [
      ({ path }) =>
        path.startsWith("/token") ? { reply: { status: 200, body: fromText(echo) } } : undefined,
      ({ path }) =>
        path.startsWith("/token") ? { reply: { status: 200, body: fromText(secrets.join()) } } : undefined,
      ({ path }) =>
        path.startsWith("/token") ? { reply: { status: 403, body: fromText(echo) } } : undefined,
      ({ path }) => (path.startsWith("/token") ? { reset: true } : undefined),
      ({ count }) => (count > 3 ? { reply: { status: 400, body: fromText(echo) } } : undefined),
      ({ count }) => (count > 3 ? { reply: { status: 200, body: fromText(secrets.join()) } } : undefined),
      ({ count }) => (count > 3 ? { reset: true } : undefined),
    ];
    for (const fault of faults) {
      const registry = await bench.started({ gate: tokenGate({ users }), faults: fault });
      const error = await bench
        .pull(registry, bench.clientWith({ credentials }))
        .catch((caught: unknown) => caught);
      expect(error).toHaveProperty("code");
      const shown = inspect(error, { depth: null, showHidden: true });
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }
  });

  test("that only happen to be in the environment do not stand in the way of what is public", async () => {
    const wrong: CredentialStore = () =>
      Promise.resolve({ kind: "basic", username: "x", password: "y", incidental: true });
    const registry = await bench.started({ gate: tokenGate({ users, anonymousPull: true }) });
    expect(await bench.pull(registry, bench.clientWith({ credentials: wrong }))).toBe(bench.expected);
  });

  test("let one push and mount with tokens", async () => {
    const registry = await bench.started({ gate: tokenGate({ users, uses: 3 }) });
    const client = bench.clientWith({ credentials });
    await pushImage(client, parseReference(`${registry.host}/c/d:v1`), bench.image);
    const [layer] = bench.image.layers;
    const mounted = await client.pushBlob(
      parseReference(`${registry.host}/e/f`),
      layer!.descriptor,
      layer!.content,
      { mountFrom: "c/d" },
    );
    expect(mounted).toBe(false);
  });
});
