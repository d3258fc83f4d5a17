import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, describe, expect, it, vi } from "vitest";
import { freePorts } from "../cluster/free-ports.ts";
import { isAlive, processId } from "../processes.ts";
import { startOutsideClient } from "./outside.ts";

const folder = mkdtempSync(join(tmpdir(), "outside-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, "tailscaled");
// In the place of Tailscale: a daemon that only lives, and a command line that refuses.
writeFileSync(
  program,
  '#!/bin/sh\nif [ -n "$TS_BE_CLI" ]; then echo "invalid key: unable to validate API key" >&2; exit 1; fi\nexec sleep 600\n',
);
chmodSync(program, 0o755);

describe("the client outside", () => {
  it("says why it cannot join, without the key", async () => {
    const { proxy } = await freePorts(["proxy"]);
    const client = await startOutsideClient({ program, folder: join(folder, "own"), proxyPort: proxy });
    const error: unknown = await client
      .join("http://127.0.0.1:1", "secret-key-1234")
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "LAB_FAILED", message: /unable to validate/ });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret-key-1234");
    const running = await processId(client.pid);
    client.stop();
    await vi.waitFor(async () => expect(running && (await isAlive(running))).toBe(false), { timeout: 5000 });
  });

  it("asks for pages through its proxy alone, and says what came of it", async () => {
    const { proxy } = await freePorts(["proxy"]);
    const client = await startOutsideClient({ program, folder: join(folder, "other"), proxyPort: proxy });
    expect(await client.fetch("http://10.96.0.80/")).toMatchObject({ ok: false });
    const page = createServer((request, response) => {
      response.writeHead(request.url === "/gone" ? 404 : 200).end(`page ${request.url}`);
    }).listen(0, "127.0.0.1");
    await once(page, "listening");
    const { port } = page.address() as { port: number };
    const tunnels: string[] = [];
    const server = createServer().listen(proxy, "127.0.0.1");
    server.on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      const line = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        line.pipe(socket).pipe(line);
      });
      line.on("error", () => socket.destroy());
      socket.on("error", () => line.destroy());
    });
    expect(await client.fetch("http://10.96.0.80/?q=1")).toEqual({ ok: true, body: "page /?q=1" });
    expect(await client.fetch("http://10.96.0.80/gone")).toMatchObject({ ok: false });
    // One line each: see outside.ts.
    expect(tunnels).toEqual(["10.96.0.80:80", "10.96.0.80:80"]);
    client.stop();
    server.closeAllConnections();
    server.close();
    page.closeAllConnections();
    page.close();
  });
});
