import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePorts } from "../cluster/free-ports.ts";
import { startHeadscale } from "./headscale.ts";

const folder = mkdtempSync(join(tmpdir(), "headscale-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program in the place of Headscale: its server and its command line, as far as the lab uses them. */
function program(name: string, serve: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${process.execPath}
const { appendFileSync, readFileSync } = require("node:fs");
const words = process.argv.slice(2).join(" ");
const say = (value) => console.log(JSON.stringify(value));
if (words.startsWith("serve")) { ${serve} }
else if (/users create/.test(words)) say({});
else if (/users list/.test(words)) say([{ id: "7" }]);
else if (/apikeys create/.test(words)) say("api-key");
else if (/preauthkeys create .* 7$/.test(words)) say({ key: "pre-key" });
else { console.error("what is that?"); process.exit(1); }
`,
  );
  chmodSync(path, 0o755);
  return path;
}

const server = `
const port = Number(/listen_addr: 127.0.0.1:(\\d+)/.exec(readFileSync("headscale.yaml", "utf8"))[1]);
require("node:http").createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk)).on("end", () => {
    if (request.url === "/health") return response.end("{}");
    if (request.headers.authorization !== "Bearer api-key") return response.writeHead(401).end();
    if (request.method === "POST") {
      appendFileSync("posted", request.url + " " + body + "\\\\n");
      return request.url.includes("/404/") ? response.writeHead(404).end("no node") : response.end("{}");
    }
    response.end(JSON.stringify({ nodes: [{ id: "3", name: "raw", givenName: "n3", ipAddresses: ["100.96.0.1"],
      online: true, availableRoutes: ["10.244.0.0/16"] }] }));
  });
}).listen(port, "127.0.0.1");`;

const names = ["control", "metrics", "grpc", "relay", "stun", "proxy"] as const;
const signal = new AbortController().signal;

describe("the lab's control server", () => {
  it("is set up, gives out keys, tells of its nodes and has routes approved", async () => {
    const own = join(folder, "good");
    const ports = await freePorts(names);
    const control = await startHeadscale({
      program: program("headscale", server.replaceAll("\\\\n", "\\n")),
      folder: own,
      ports,
      tags: ["tag:gateway"],
      signal,
    });
    try {
      expect([control.apiKey, await control.newKey()]).toEqual(["api-key", "pre-key"]);
      expect(await control.nodes()).toEqual([
        {
          id: "3",
          name: "n3",
          addresses: ["100.96.0.1"],
          online: true,
          advertised: ["10.244.0.0/16"],
          approved: [],
        },
      ]);
      await control.setRoutes("3", ["10.244.0.0/16"]);
      expect(readFileSync(join(own, "posted"), "utf8")).toBe(
        '/api/v1/node/3/approve_routes {"routes":["10.244.0.0/16"]}\n',
      );
      await expect(control.setRoutes("404", [])).rejects.toMatchObject({
        code: "LAB_FAILED",
        message: /404/,
      });
    } finally {
      control.stop();
    }
    const config = parse(readFileSync(join(own, "headscale.yaml"), "utf8")) as Record<string, unknown>;
    expect(config["listen_addr"]).toBe(`127.0.0.1:${ports.control}`);
    expect(config["disable_check_updates"]).toBe(true);
    const policy = JSON.parse(readFileSync(join(own, "policy.json"), "utf8")) as object;
    expect(policy).toMatchObject({ tagOwners: { "tag:gateway": ["lab@"] } });
    expect(policy).not.toHaveProperty("autoApprovers");
  });

  it("is given up with the end of its log where it ends at once", async () => {
    const starting = startHeadscale({
      program: program("broken", 'console.error("FTL bad config"); process.exit(1);'),
      folder: join(folder, "bad"),
      ports: await freePorts(names),
      tags: [],
      signal,
    });
    await expect(starting).rejects.toMatchObject({ code: "LAB_FAILED", message: /FTL bad config/ });
  });
});
