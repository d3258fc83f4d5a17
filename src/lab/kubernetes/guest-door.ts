import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface GuestDoorOptions {
  /** Machine config of a machine, by its name. */
  config(machine: string): Promise<string | undefined>;
  /** The WASI module of the pods. */
  module: Uint8Array;
  heartbeat(machine: string, body: string): string | undefined;
}

export interface GuestDoor {
  port: number;
  close(): void;
}

const longestBody = 64 * 1024;

/** What machines fetch from this computer, over plain HTTP on loopback: their configs, the module of their pods, and what a kubelet is to do. */
export async function openGuestDoor(options: GuestDoorOptions): Promise<GuestDoor> {
  const server = createServer((request, response) => {
    answer(options, request).then(
      (content) => send(response, content),
      () => send(response, undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Path of a machine's config, for `talos.config=`. */
export const configPath = (machine: string): string => `/machines/${machine}/config.yaml`;
export const modulePath = "/workload/hello.wasm";

async function answer(
  door: GuestDoorOptions,
  request: IncomingMessage,
): Promise<string | Uint8Array | undefined> {
  const path = new URL(request.url ?? "/", "http://door").pathname;
  const [, machine, what] = /^\/(?:machines|nodes)\/([\w.-]+)\/(config\.yaml|heartbeat)$/.exec(path) ?? [];
  if (request.method === "GET" && path === modulePath) return door.module;
  if (machine === undefined) return undefined;
  if (request.method === "GET" && what === "config.yaml") return door.config(machine);
  return request.method === "POST" && what === "heartbeat"
    ? door.heartbeat(machine, await bodyOf(request))
    : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestBody) throw new TypeError("a heartbeat of that length is none");
  }
  return text;
}

function send(response: ServerResponse, content: string | Uint8Array | undefined): void {
  response.writeHead(content === undefined ? 404 : 200, { "content-type": "application/octet-stream" });
  response.end(content ?? "");
}
