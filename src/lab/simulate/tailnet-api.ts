import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A device of the stand-in tailnet. */
export interface StandInDevice {
  name: string;
  address: string;
  advertised: string[];
  approved: string[];
  authorized?: boolean;
}

export interface TailnetStandIn {
  url: string;
  /** Calls that were no GET. */
  mutations: string[];
  close: () => void;
}

/** A stand-in for the parts of both control servers' APIs that we read, with their own paths and field names. It takes `key` only. */
export async function startTailnetApi(
  key: string,
  devices: () => readonly StandInDevice[],
): Promise<TailnetStandIn> {
  const mutations: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    if (request.method !== "GET") mutations.push(`${request.method} ${pathname}`);
    const allowed = request.headers.authorization === `Bearer ${key}`;
    const body = allowed && request.method === "GET" ? bodies[pathname]?.(devices()) : undefined;
    response.writeHead(allowed ? (body ? 200 : 404) : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { message: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mutations,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Body = (devices: readonly StandInDevice[]) => object;

// Source: Tailscale's published API (devices, fields=all) and Headscale's headscale/v1/node.proto in its JSON form.
const bodies: Record<string, Body> = {
  "/api/v2/tailnet/-/devices": (devices) => ({
    devices: devices.map(({ name, address, advertised, approved, authorized = true }, index) => ({
      addresses: [address],
      id: String(index + 1),
      nodeId: `n${index + 1}CNTRL`,
      user: "someone@example.com",
      name: `${name}.tail0000.ts.net`,
      hostname: name,
      clientVersion: "1.102.2",
      os: "linux",
      authorized,
      isExternal: false,
      advertisedRoutes: advertised,
      enabledRoutes: approved,
    })),
  }),
  "/api/v1/node": (devices) => ({
    nodes: devices.map(({ name, address, advertised, approved }, index) => ({
      id: String(index + 1),
      machineKey: "",
      nodeKey: "",
      discoKey: "",
      ipAddresses: [address],
      name,
      user: null,
      givenName: name,
      online: true,
      approvedRoutes: approved,
      availableRoutes: advertised,
      subnetRoutes: approved.filter((route) => advertised.includes(route)),
      tags: [],
    })),
  }),
};
