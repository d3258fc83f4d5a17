import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CertificateAuthority, makeCertificateAuthority } from "../formats/certificates.ts";
import { kubeClient } from "./client.ts";
import { loadKubeconfig, type KubeContext } from "./kubeconfig.ts";

let folder: string;
let ca: CertificateAuthority;
const servers: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  ca = await makeCertificateAuthority("kubernetes");
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<string> {
  const { certificate, key } = await ca.server({ names: ["127.0.0.1"] });
  const server = createServer(
    { cert: certificate, key, ca: ca.certificate, requestCert: true, rejectUnauthorized: false },
    answer,
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function write(user: object, server: string, cluster: object = {}): Promise<string> {
  const path = join(folder, `${Math.random()}.yaml`);
  const file = {
    "current-context": "moon",
    contexts: [{ name: "moon", context: { cluster: "c", user: "u" } }],
    clusters: [
      {
        name: "c",
        cluster: {
          server,
          "certificate-authority-data": Buffer.from(ca.certificate).toString("base64"),
          ...cluster,
        },
      },
    ],
    users: [{ name: "u", user }],
  };
  await writeFile(path, stringify(file));
  return path;
}

async function nodeNames(context: KubeContext): Promise<string[]> {
  const client = await kubeClient({ context, timeoutMs: 2000 });
  try {
    return (await client.nodes()).map((node) => node.metadata.name);
  } finally {
    await client.close();
  }
}

const list = (...names: string[]) => JSON.stringify({ items: names.map((name) => ({ metadata: { name } })) });

describe("kubeClient", () => {
  it.each(["<html>log in</html>", "", "null", '"text"', '{"items": 3}', '{"items": [null]}', "{}"])(
    "says so where a 200 answer is no list: %s",
    async (body) => {
      const server = await serve((_, response) => response.writeHead(200).end(body));
      const context = await loadKubeconfig({ path: await write({ token: "t" }, server) });
      if (body === "{}") expect(await nodeNames(context)).toEqual([]);
      else
        await expect(nodeNames(context)).rejects.toMatchObject({
          code: "KUBERNETES_FAILED",
          hint: expect.any(String),
        });
    },
  );

  it("says so where a pod's answer is no JSON, and takes a pod that is gone for deleted", async () => {
    const server = await serve((request, response) =>
      response.writeHead(request.method === "DELETE" ? 404 : 200).end("<html>log in</html>"),
    );
    const context = await loadKubeconfig({ path: await write({ token: "t" }, server) });
    const client = await kubeClient({ context, timeoutMs: 2000 });
    const pod = { metadata: { name: "p", namespace: "default" } };
    await expect(client.createPod(pod)).rejects.toMatchObject({ code: "KUBERNETES_FAILED" });
    await client.deletePod("default", "p");
    await client.close();
  });

  it("shows its client certificate, given in place or as a file beside the kubeconfig", async () => {
    const server = await serve((request, response) => {
      const { authorized } = request.socket as TLSSocket;
      response.writeHead(authorized ? 200 : 401).end(list("n1"));
    });
    const { certificate, key } = await ca.client({ organizations: ["system:masters"] });
    await writeFile(join(folder, "c.pem"), certificate);
    const path = await write(
      { "client-certificate": "c.pem", "client-key-data": Buffer.from(key).toString("base64") },
      server,
    );
    expect(await nodeNames(await loadKubeconfig({ path }))).toEqual(["n1"]);
    await expect(nodeNames(await loadKubeconfig({ path: await write({}, server) }))).rejects.toMatchObject({
      code: "KUBERNETES_DENIED",
    });
  });

  it("sends a token, its own or its exec plugin's", async () => {
    const server = await serve((request, response) => {
      response.writeHead(request.headers.authorization === "Bearer open-sesame" ? 200 : 403).end(list("n1"));
    });
    expect(
      await nodeNames(await loadKubeconfig({ path: await write({ token: "open-sesame" }, server) })),
    ).toEqual(["n1"]);

    const plugin = join(folder, "plugin.sh");
    await writeFile(plugin, `#!/bin/sh\necho '{"status":{"token":"'"$WORD"'-sesame"}}'\n`);
    await chmod(plugin, 0o755);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: plugin,
      env: [{ name: "WORD", value: "open" }],
    };
    expect(await nodeNames(await loadKubeconfig({ path: await write({ exec }, server) }))).toEqual(["n1"]);
  });

  it("follows pages to the end", async () => {
    const server = await serve((request, response) => {
      const more = !request.url?.includes("continue=");
      response.end(
        JSON.stringify({
          metadata: { continue: more ? "next page" : "" },
          items: [{ metadata: { name: more ? "a" : "b" } }],
        }),
      );
    });
    expect(await nodeNames(await loadKubeconfig({ path: await write({ token: "t" }, server) }))).toEqual([
      "a",
      "b",
    ]);
  });

  it("calls a server that is down, silent, or of another authority unreachable", async () => {
    const silent = await serve(() => {});
    const path = await write({ token: "hunter2" }, "https://127.0.0.1:1");
    await expect(nodeNames(await loadKubeconfig({ path }))).rejects.toMatchObject({
      code: "KUBERNETES_UNREACHABLE",
    });
    const client = await kubeClient({
      context: await loadKubeconfig({ path: await write({ token: "t" }, silent) }),
      timeoutMs: 300,
    });
    await expect(client.nodes()).rejects.toMatchObject({ code: "KUBERNETES_UNREACHABLE" });
    const other = await makeCertificateAuthority();
    const strange = await write({}, silent, {
      "certificate-authority-data": Buffer.from(other.certificate).toString("base64"),
    });
    await expect(nodeNames(await loadKubeconfig({ path: strange }))).rejects.toMatchObject({
      code: "KUBERNETES_UNREACHABLE",
    });
  });

  it("says a failing plugin's name, not what it printed", async () => {
    const exec = { apiVersion: "v1", command: "/bin/sh", args: ["-c", "echo hunter2; exit 1"] };
    const context = await loadKubeconfig({ path: await write({ exec }, "https://127.0.0.1:1") });
    const error = await kubeClient({ context }).catch((one: unknown) => one as Error);
    expect(error).toMatchObject({ code: "KUBECONFIG_INVALID" });
    expect(String((error as Error).stack)).not.toContain("hunter2");
  });
});

describe("loadKubeconfig", () => {
  it("names the contexts it has, and refuses what is not a kubeconfig", async () => {
    const path = await write({}, "https://x");
    await expect(loadKubeconfig({ path, context: "mars" })).rejects.toMatchObject({
      code: "KUBECONFIG_INVALID",
      hint: expect.stringContaining("moon"),
    });
    const bad = join(folder, "bad.yaml");
    await writeFile(bad, "clusters: 7\n");
    await expect(loadKubeconfig({ path: bad })).rejects.toMatchObject({ code: "KUBECONFIG_INVALID" });
    await expect(loadKubeconfig({ path: join(folder, "none") })).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
  });
});
