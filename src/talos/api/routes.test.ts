import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { type CertificateAuthority, makeCertificateAuthority } from "../../formats/certificates.ts";
import { client, closeAll, contextFor, serve } from "./fixtures/servers.ts";
import type { CallContext } from "./server.ts";
import { statusError } from "./status-error.ts";

afterEach(closeAll);

type Version = (call: CallContext) => Promise<object> | object;

const silence = () => new Promise<never>(() => {});
const versionOf = (name: string) => ({ messages: [{ version: { tag: "v1.13.6" }, platform: { name } }] });

/** Servers that write down who was asked, and whose caller went away. */
async function served(ca: CertificateAuthority, versions: Record<string, Version>) {
  const asked: string[] = [];
  const cancelled: string[] = [];
  const gone = new Map<string, Promise<void>>();
  const addresses = await Promise.all(
    Object.entries(versions).map(async ([name, version]) => {
      const server = await serve(ca, {
        version: async (call) => {
          asked.push(name);
          let isAnswered = false;
          const { signal } = call;
          gone.set(
            name,
            new Promise((resolve) => {
              const leave = () => {
                // A call that is over is closed, too.
                if (!isAnswered) cancelled.push(name);
                resolve();
              };
              signal.addEventListener("abort", leave, { once: true });
            }),
          );
          const answer = await version(call);
          isAnswered = true;
          return answer;
        },
      });
      return `127.0.0.1:${server.port}`;
    }),
  );
  return { asked, cancelled, addresses, gone: (name: string) => gone.get(name) };
}

/** The node has the last of the servers for itself; those before it are endpoints. */
async function nodeBehind(
  ca: CertificateAuthority,
  { addresses, timeoutMs }: { addresses: string[]; timeoutMs: number },
) {
  const own = addresses.at(-1) ?? "";
  return client(await contextFor(ca, addresses.slice(0, -1)), timeoutMs).node(own);
}

const elapsed = async (run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await run();
  return performance.now() - started;
};

describe("the ways to a node", () => {
  it("asks the next beside one that is silent, takes its answer and calls the silent one off", async () => {
    const ca = await makeCertificateAuthority();
    const { asked, cancelled, addresses, gone } = await served(ca, {
      forwarded: silence,
      direct: () => versionOf("itself"),
    });
    const timeoutMs = 3000;
    const node = await nodeBehind(ca, { addresses, timeoutMs });
    const ms = await elapsed(async () =>
      expect((await node.version()).messages[0]?.platform?.name).toBe("itself"),
    );
    // One way after the other would have taken the whole time for the first.
    expect(ms).toBeLessThan(timeoutMs);
    await gone("forwarded");
    expect(cancelled).toEqual(["forwarded"]);
    // Only the way that answered is proven: it is asked first, and no other beside it.
    await node.version();
    expect(asked).toEqual(["forwarded", "direct", "direct"]);
  });

  it("has one deadline for a node that is silent by every way", async () => {
    const ca = await makeCertificateAuthority();
    const { asked, addresses, gone } = await served(ca, { one: silence, two: silence, direct: silence });
    const timeoutMs = 1500;
    const node = await nodeBehind(ca, { addresses, timeoutMs });
    const ms = await elapsed(() =>
      expect(node.version()).rejects.toMatchObject({
        code: "NODE_UNREACHABLE",
        message: expect.stringContaining("nothing within 1.5 s"),
      }),
    );
    expect(ms).toBeLessThan(timeoutMs * 2);
    expect(asked).toEqual(["one", "two", "direct"]);
    await Promise.all([gone("one"), gone("two"), gone("direct")]);
  });

  it("takes the answer of the first way while the next is asked beside it", async () => {
    const ca = await makeCertificateAuthority();
    let release = () => {};
    const isAsked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { asked, cancelled, addresses, gone } = await served(ca, {
      forwarded: async () => {
        await isAsked;
        return versionOf("forwarded");
      },
      direct: () => {
        release();
        return silence();
      },
    });
    const node = await nodeBehind(ca, { addresses, timeoutMs: 3000 });
    expect((await node.version()).messages[0]?.platform?.name).toBe("forwarded");
    await gone("direct");
    expect(cancelled).toEqual(["direct"]);
    await node.version();
    expect(asked).toEqual(["forwarded", "direct", "forwarded"]);
  });

  it("asks an endpoint that has been overtaken behind the one that was faster", async () => {
    const ca = await makeCertificateAuthority();
    let answers = 1;
    const { asked, addresses } = await served(ca, {
      one: () => ((answers -= 1) === 0 ? versionOf("one") : silence()),
      two: () => versionOf("two"),
    });
    const nodes = client(await contextFor(ca, addresses), 1500);
    for (const address of ["10.9.8.1", "10.9.8.2", "10.9.8.3"]) await nodes.node(address).version();
    expect(asked).toEqual(["one", "one", "two", "two"]);
  });

  it("goes on at once where a way fails, and tells of the last one", async () => {
    const ca = await makeCertificateAuthority();
    const { asked, addresses } = await served(ca, {
      forwarded: () => {
        throw statusError(status.UNAVAILABLE, "no route to node");
      },
      direct: () => {
        throw statusError(status.UNAVAILABLE, "the machine is rebooting");
      },
    });
    const timeoutMs = 30_000;
    const node = await nodeBehind(ca, { addresses, timeoutMs });
    const ms = await elapsed(() =>
      expect(node.version()).rejects.toMatchObject({ message: expect.stringContaining("rebooting") }),
    );
    expect(ms).toBeLessThan(timeoutMs / 3);
    expect(asked).toEqual(["forwarded", "direct"]);
  });

  it("calls off every way when the caller goes away", async () => {
    const ca = await makeCertificateAuthority();
    const caller = new AbortController();
    const { asked, addresses, gone } = await served(ca, {
      forwarded: silence,
      direct: () => {
        caller.abort();
        return silence();
      },
    });
    const node = await nodeBehind(ca, { addresses, timeoutMs: 3000 });
    await expect(node.version({ signal: caller.signal })).rejects.toMatchObject({ code: "NODE_FAILED" });
    await Promise.all([gone("forwarded"), gone("direct")]);
    expect(asked).toEqual(["forwarded", "direct"]);
  });

  it("has one deadline for a stream, too", async () => {
    const ca = await makeCertificateAuthority();
    const asked: string[] = [];
    const addresses = await Promise.all(
      ["one", "two"].map(async (name) => {
        const server = await serve(ca, {
          // oxlint-disable-next-line require-yield -- It never comes to that.
          async *dmesg() {
            asked.push(name);
            await silence();
          },
        });
        return `127.0.0.1:${server.port}`;
      }),
    );
    const node = await nodeBehind(ca, { addresses, timeoutMs: 500 });
    const read = async () => {
      for await (const _ of node.dmesg()) throw new Error("there is nothing to read");
    };
    await expect(read()).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
    expect(asked).toEqual(["one"]);
  });
});
