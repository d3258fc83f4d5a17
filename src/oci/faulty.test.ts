import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { slice } from "../formats/bytes.ts";
import { type Bench, createBench, credentials, isBlob, users } from "./fixtures/bench.ts";
import type { FaultInjector } from "./registry/faults.ts";
import { basicGate, tokenGate } from "./registry/gate.ts";
import { memoryStore } from "./registry/store.ts";
import { httpTransport } from "./transport/http.ts";
import type { Send } from "./transport/send.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench.close());

const survived: [string, () => FaultInjector][] = [
  [
    "fails every third request",
    () =>
      ({ count }) =>
        count % 3 === 0 ? { reply: { status: 500 } } : undefined,
  ],
  [
    "resets every third connection",
    () =>
      ({ count }) =>
        count % 3 === 0 ? { reset: true } : undefined,
  ],
  [
    "cuts every blob after a million bytes",
    () => (request) => (isBlob(request) ? { truncateAt: 1_000_000 } : undefined),
  ],
  [
    "says 429 to every second request",
    () =>
      ({ count }) =>
        count % 2 === 1 ? { reply: { status: 429, headers: { "retry-after": "7" } } } : undefined,
  ],
  [
    "cuts the manifest once",
    () =>
      ({ count }) =>
        count === 1 ? { truncateAt: 10 } : undefined,
  ],
];

describe("a registry that is faulty but honest", () => {
  test.each(survived)("%s: the pull is the same", async (_name, faults) => {
    expect(await bench.pull(await bench.started({ faults: faults() }))).toBe(bench.expected);
  });

  test.each(survived)("%s: the push arrives whole, also in pieces", async (_name, faults) => {
    for (const chunkSize of [undefined, 500_000]) {
      const to = memoryStore();
      const registry = await bench.started({ store: to, faults: faults() });
      const client = bench.clientWith(chunkSize === undefined ? {} : { chunkSize });
      await bench.push(registry, client);
      expect(await bench.pull(await bench.started({ store: to }))).toBe(bench.expected);
    }
  });

  test("Retry-After is waited for, and an unreasonable one is not", async () => {
    const faults: FaultInjector = ({ count }) =>
      count === 1 ? { reply: { status: 503, headers: { "retry-after": "9" } } } : undefined;
    await bench.pull(await bench.started({ faults }));
    expect(bench.sleeps).toContain(9000);
    const hour: FaultInjector = () => ({ reply: { status: 429, headers: { "retry-after": "3600" } } });
    await expect(bench.pull(await bench.started({ faults: hour }))).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
    });
  });

  test("a blob that was cut is asked for from where it stopped", async () => {
    const cut: FaultInjector = (request) => (isBlob(request) ? { truncateAt: 2_000_000 } : undefined);
    const registry = await bench.started({ faults: cut });
    await bench.pull(registry);
    const asked = registry.requests.filter((line) => line.includes(bench.image.layers[0]!.descriptor.digest));
    expect(asked).toHaveLength(2);
  });

  test("an upload that broke goes on where it stopped", async () => {
    const to = memoryStore();
    let puts = 0;
    const faults: FaultInjector = ({ method }) =>
      method === "PATCH" && ++puts === 3 ? { reset: true } : undefined;
    const registry = await bench.started({ store: to, faults });
    await bench.push(registry, bench.clientWith({ chunkSize: 500_000 }));
    const count = (start: string) => registry.requests.filter((line) => line.startsWith(start)).length;
    expect([count("POST"), count("GET")]).toEqual([2, 1]);
  });

  test("an upload in one piece that broke half way goes on where it stopped", async () => {
    const registry = await bench.started({ store: memoryStore() });
    const http = httpTransport({ insecure: [], timeout: 2000, env: {} });
    const size = bench.image.layers[0]!.content.size;
    let isBroken = false;
    const send: Send = async (request) => {
      if (isBroken || request.method !== "PUT" || request.body?.size !== size) return http.send(request);
      isBroken = true;
      const url = new URL(request.url.pathname, request.url);
      await http.send({ ...request, method: "PATCH", url, body: slice(request.body, 0, 1_000_000) });
      throw new Error("the line broke");
    };
    const client = bench.clientWith({ send });
    await bench.push(registry, client);
    await http.close();
    expect(isBroken).toBe(true);
    expect(registry.requests.filter((line) => line.startsWith("PATCH"))).toHaveLength(2);
    expect(await bench.pull(registry)).toBe(bench.expected);
  });

  test.each([
    ["with tokens that are good for two requests", tokenGate({ users, uses: 2 })],
    ["with Basic", basicGate(users)],
  ])("%s, and every fifth request failing", async (_name, gate) => {
    const faults: FaultInjector = ({ count }) => (count % 5 === 0 ? { reset: true } : undefined);
    expect(await bench.pull(await bench.started({ gate, faults }), bench.clientWith({ credentials }))).toBe(
      bench.expected,
    );
  });
});
