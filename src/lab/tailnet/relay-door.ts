import { connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { makeCertificateAuthority } from "../../formats/certificates.ts";
import { hostAddress } from "../vm/qemu.ts";

/** Tailscale's clients speak to a relay over TLS only, and Headscale's own is plain here: this stands between the two. */
export async function openRelayDoor({ port, target }: { port: number; target: number }): Promise<Server> {
  const ca = await makeCertificateAuthority("lab relay");
  const { certificate, key } = await ca.server({ names: ["127.0.0.1", hostAddress] });
  const server = createServer({ cert: certificate, key }, (client) => {
    const relay = connect(target, "127.0.0.1");
    const end = (): void => {
      client.destroy();
      relay.destroy();
    };
    client.on("error", end).on("close", end);
    relay.on("error", end).on("close", end);
    client.pipe(relay).pipe(client);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}
