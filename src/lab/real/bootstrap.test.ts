import { status, Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { makeCertificateAuthority } from "../../formats/certificates.ts";
import type { TalosContext } from "../../talos/api/talosconfig.ts";
import { bootstrapCluster } from "./bootstrap.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.forceShutdown();
});
const bytes = (value: Buffer): Buffer => value;

/** A node that answers `Bootstrap` as it is told, one answer after the other; an empty one is good. */
async function node(answers: { code: status; details: string }[]) {
  const ca = await makeCertificateAuthority();
  const own = await ca.server({ names: ["127.0.0.1"] });
  const server = new Server();
  servers.push(server);
  const asked: Buffer[] = [];
  server.addService(
    {
      bootstrap: {
        path: "/machine.MachineService/Bootstrap",
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    {
      bootstrap: (call: { request: Buffer }, reply: (error: object | null, value?: Buffer) => void) => {
        asked.push(call.request);
        const answer = answers.shift();
        if (answer) reply(answer);
        else reply(null, Buffer.alloc(0));
      },
    },
  );
  const credentials = ServerCredentials.createSsl(
    Buffer.from(ca.certificate),
    [{ private_key: Buffer.from(own.key), cert_chain: Buffer.from(own.certificate) }],
    true,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, found) => (error ? reject(error) : resolve(found)));
  });
  const admin = await ca.client({ organizations: ["os:admin"] });
  const endpoint = `127.0.0.1:${port}`;
  const context: TalosContext = {
    name: "lab",
    endpoints: [endpoint],
    nodes: [],
    ca: ca.certificate,
    expires: new Date(),
    ...admin,
  };
  return { asked, endpoint, context };
}

const refused = { code: status.FAILED_PRECONDITION, details: "time is not in sync yet" };

describe("bootstrapping a cluster of real Talos", () => {
  it("asks again until the node does it, and says each reason once", async () => {
    const { asked, ...where } = await node([refused, refused]);
    const said: string[] = [];
    const done = await bootstrapCluster({
      ...where,
      signal: new AbortController().signal,
      say: (text) => void said.push(text),
      pauseMs: 5,
    });
    expect([done, asked.length, said]).toEqual([true, 3, ["not bootstrapped yet: time is not in sync yet"]]);
  });

  it("is content with a cluster that is there already", async () => {
    const { asked, ...where } = await node([
      { code: status.ALREADY_EXISTS, details: "etcd data directory is not empty" },
    ]);
    const signal = new AbortController().signal;
    expect(await bootstrapCluster({ ...where, signal, say: () => {}, pauseMs: 5 })).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it("ends when the lab ends", async () => {
    const { context } = await node([]);
    const ending = new AbortController();
    const bootstrapping = bootstrapCluster({
      endpoint: "127.0.0.1:1",
      context,
      signal: ending.signal,
      say: () => ending.abort(),
      pauseMs: 60_000,
    });
    expect(await bootstrapping).toBe(false);
  });
});
