import { once } from "node:events";
import { type AddressInfo, createServer, connect as plain } from "node:net";
import { connect } from "node:tls";
import { afterEach, expect, it } from "vitest";
import { freePorts } from "../cluster/free-ports.ts";
import { openRelayDoor } from "./relay-door.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function door(): Promise<number> {
  const relay = createServer((socket) => socket.pipe(socket));
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  const { port } = await freePorts(["port"]);
  open.push(relay, await openRelayDoor({ port, target: (relay.address() as AddressInfo).port }));
  return port;
}

it("hands what comes over TLS to the plain relay, and back", async () => {
  const socket = connect({ port: await door(), host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.write("derp");
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toBe("derp");
  socket.destroy();
});

it("ends a client that does not speak TLS, and lives on", async () => {
  const port = await door();
  const stranger = plain(port, "127.0.0.1");
  stranger.on("error", () => {});
  stranger.write("GET / HTTP/1.0\r\n\r\n");
  await once(stranger, "close");
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.destroy();
});
