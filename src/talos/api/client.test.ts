import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { type CertificateAuthority, makeCertificateAuthority } from "../../formats/certificates.ts";
import { client, closeAll, contextFor, of, serve } from "./fixtures/servers.ts";
import { statusError } from "./status-error.ts";

afterEach(closeAll);

describe("talosClient", () => {
  it("reads a node over mutual TLS with an os:reader certificate", async () => {
    const ca = await makeCertificateAuthority();
    const server = await serve(ca);
    const endpoint = `127.0.0.1:${server.port}`;
    const node = client(await contextFor(ca, [endpoint])).node(endpoint);

    expect((await node.version()).messages[0]?.version?.tag).toBe("v1.13.6");
    expect((await node.services())[0]).toMatchObject({ id: "ext-zfs-service", state: "Running" });
    expect((await node.get({ namespace: "runtime", type: "X.talos.dev", id: "one" }))?.spec?.yamlSpec).toBe(
      "name: one\n",
    );
    expect(await node.get({ namespace: "runtime", type: "X.talos.dev", id: "none" })).toBeUndefined();
    expect(
      (await node.list({ namespace: "runtime", type: "X.talos.dev" })).map((one) => one.metadata?.id),
    ).toEqual(["one", "two"]);
    const events: string[] = [];
    for await (const event of node.events({ tailEvents: -1 })) events.push(event.data?.typeUrl ?? "hello");
    expect(events).toEqual(["hello", "talos/runtime/machine.SequenceEvent"]);
    expect(server.mutations).toEqual([]);
  });

  it("yields watch events one by one and skips the empty ready signal", async () => {
    const ca = await makeCertificateAuthority();
    const server = await serve(ca);
    const endpoint = `127.0.0.1:${server.port}`;
    const seen: string[] = [];
    const node = client(await contextFor(ca, [endpoint])).node(endpoint);
    for await (const event of node.watch({ namespace: "runtime", type: "X.talos.dev" }))
      seen.push(event.resource?.metadata?.id ?? "");
    expect(seen).toEqual(["one"]);
  });

  it("asks a control plane to forward, and goes on to the next endpoint when one is down or is a worker", async () => {
    const ca = await makeCertificateAuthority();
    const worker = await serve(ca, {
      version: () => {
        throw statusError(status.PERMISSION_DENIED, "no request forwarding");
      },
    });
    const controlPlane = await serve(ca);
    const endpoints = ["127.0.0.1:1", `127.0.0.1:${worker.port}`, `127.0.0.1:${controlPlane.port}`];
    const node = client(await contextFor(ca, endpoints)).node("10.9.8.7");
    expect((await node.version()).messages[0]?.platform?.name).toBe("10.9.8.7");
  });

  it("says unreachable for a dead node, within the deadline", async () => {
    const ca = await makeCertificateAuthority();
    const node = client(await contextFor(ca, ["127.0.0.1:1"]), 500).node("127.0.0.1:1");
    await expect(node.version()).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
  });

  it("gives up on a node that hangs, and the message names it", async () => {
    const ca = await makeCertificateAuthority();
    const server = await serve(ca, { serviceList: () => new Promise(() => {}) });
    const endpoint = `127.0.0.1:${server.port}`;
    const node = client(await contextFor(ca, [endpoint]), 300).node(endpoint);
    await expect(node.services()).rejects.toMatchObject({
      code: "NODE_UNREACHABLE",
      message: expect.stringContaining(endpoint),
    });
  });

  it("does not look for another way to a node that has answered by this one and then hangs", async () => {
    const ca = await makeCertificateAuthority();
    let elsewhere = 0;
    const server = await serve(ca, {
      // oxlint-disable-next-line require-yield -- It never comes to that.
      async *list() {
        await new Promise(() => {});
      },
    });
    const other = await serve(ca, {
      list: () => {
        elsewhere += 1;
        return of();
      },
    });
    const endpoints = [server, other].map(({ port }) => `127.0.0.1:${port}`);
    const node = client(await contextFor(ca, endpoints), 400).node("10.9.8.7");
    await node.version();
    const list = node.list({ namespace: "runtime", type: "X.talos.dev" });
    await expect(list).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
    expect(elsewhere).toBe(0);
  });

  it("waits for an endpoint that does not answer only once", async () => {
    const ca = await makeCertificateAuthority();
    const asked: string[] = [];
    const silent = await serve(ca, {
      version: ({ node = "" }) => {
        asked.push(node);
        return new Promise(() => {});
      },
    });
    const server = await serve(ca);
    const endpoints = [silent, server].map(({ port }) => `127.0.0.1:${port}`);
    const one = client(await contextFor(ca, endpoints), 400);
    for (const address of ["10.9.8.1", "10.9.8.2", "10.9.8.3"]) await one.node(address).version();
    expect(asked).toEqual(["10.9.8.1"]);
  });

  it.each([
    [
      "a certificate without a role",
      async (ca: CertificateAuthority, e: string) => contextFor(ca, [e], ["nobody"]),
      "NODE_DENIED",
    ],
    [
      "a certificate of another authority",
      async (ca: CertificateAuthority, e: string) => ({
        ...(await contextFor(await makeCertificateAuthority(), [e])),
        ca: ca.certificate,
      }),
      "NODE_UNREACHABLE",
    ],
    [
      "an expired certificate",
      async (ca: CertificateAuthority, e: string) =>
        contextFor(ca, [e], ["os:reader"], new Date(Date.now() - 1000)),
      "NODE_UNREACHABLE",
    ],
  ])("is refused with %s", async (_name, context, code) => {
    const ca = await makeCertificateAuthority();
    const server = await serve(ca);
    const endpoint = `127.0.0.1:${server.port}`;
    const node = client(await context(ca, endpoint), 2000).node(endpoint);
    await expect(node.version()).rejects.toMatchObject({ code });
  });
});
