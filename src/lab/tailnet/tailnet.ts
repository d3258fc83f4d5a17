import { join } from "node:path";
import { writeFileWhole } from "../../formats/files.ts";
import { type Headscale, startHeadscale, type TailnetNode } from "./headscale.ts";
import { startOutsideClient } from "./outside.ts";
import { openRelayDoor } from "./relay-door.ts";

/** Ports of loopback. */
export interface TailnetPorts {
  control: number;
  metrics: number;
  grpc: number;
  relay: number;
  stun: number;
  proxy: number;
}

export interface TailnetOptions {
  /** Paths of the programs. */
  headscale: string;
  tailscaled: string;
  ports: TailnetPorts;
  /** Tags that routers ask for. */
  tags: string[];
  /** Whether the routes that routers offer are approved from the start. */
  approve: boolean;
  /** Where the API key is written, for `verify --tailnet-key file:`. */
  keyFile: string;
}

export interface TailnetStatus {
  controlServer: string;
  nodes: TailnetNode[];
}

/** The lab's tailnet: a real control server and a real client outside the cluster. */
export interface Tailnet {
  newKey(): Promise<string>;
  status(): Promise<TailnetStatus>;
  /** Approves what every router offers, or takes the approval back. */
  setRoutes(approve: boolean): Promise<TailnetStatus>;
  /** Asks from the client outside, through the tailnet and nothing else. */
  fetch(url: string): Promise<{ ok: boolean; body: string }>;
  pids(): number[];
  close(): Promise<void>;
}

/** Errors: LAB_FAILED, BUILD_INTERRUPTED, TOOL_MISSING. */
export async function startTailnet(
  folder: string,
  options: TailnetOptions,
  signal: AbortSignal,
): Promise<Tailnet> {
  const { ports, keyFile } = options;
  const control = await startHeadscale({
    program: options.headscale,
    folder: join(folder, "control"),
    ports,
    tags: options.tags,
    signal,
  });
  const relay = await openRelayDoor({ port: ports.relay, target: ports.control });
  const outside = await startOutsideClient({
    program: options.tailscaled,
    folder: join(folder, "outside"),
    proxyPort: ports.proxy,
  });
  const controlServer = `http://127.0.0.1:${ports.control}`;
  await writeFileWhole(keyFile, control.apiKey, 0o600);
  await outside.join(controlServer, await control.newKey());
  const approving = approver(control, options.approve);
  const status = async (): Promise<TailnetStatus> => ({ controlServer, nodes: await control.nodes() });
  return {
    newKey: control.newKey,
    status,
    setRoutes: async (approve) => {
      await approving.set(approve);
      return status();
    },
    fetch: outside.fetch,
    pids: () => [control.pid, outside.pid],
    close: async () => {
      approving.stop();
      outside.stop();
      control.stop();
      await new Promise<void>((resolve) => relay.close(() => resolve()));
    },
  };
}

const lookMs = 2000;

/** The administrator of the lab's tailnet: keeps every router's routes approved, or none, whatever joins or comes back. */
function approver(
  control: Headscale,
  start: boolean,
): { set(approve: boolean): Promise<void>; stop(): void } {
  let wanted = start;
  const look = async (): Promise<void> => {
    for (const { id, advertised, approved } of await control.nodes()) {
      const right = wanted ? advertised : [];
      if ([...right].sort().join() !== [...approved].sort().join()) await control.setRoutes(id, right);
    }
  };
  // A server that is busy or on its way down is asked again.
  const timer = setInterval(() => void look().catch(() => {}), lookMs);
  return {
    set: (approve) => {
      wanted = approve;
      return look();
    },
    stop: () => clearInterval(timer),
  };
}
