import { execFile, type ChildProcess } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { stringify } from "yaml";
import { RolesError } from "../../errors.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { spawnBound } from "../processes.ts";
import { hostAddress } from "../vm/qemu.ts";
import type { TailnetPorts } from "./tailnet.ts";

/** A machine or client of the tailnet, as the control server knows it. */
export interface TailnetNode {
  id: string;
  name: string;
  addresses: string[];
  online: boolean;
  advertised: string[];
  approved: string[];
}

/** The control server of the lab's tailnet: the real Headscale, on loopback. */
export interface Headscale {
  pid: number;
  newKey: () => Promise<string>;
  apiKey: string;
  nodes(): Promise<TailnetNode[]>;
  setRoutes(id: string, routes: readonly string[]): Promise<void>;
  stop(): void;
}

interface HeadscaleOptions {
  program: string;
  folder: string;
  ports: TailnetPorts;
  tags: readonly string[];
  signal: AbortSignal;
}

const user = "lab";
const newKeyWords = "preauthkeys create --reusable --expiration 24h --user".split(" ");
const region = 901;
const configName = "headscale.yaml";

/** Starts Headscale and waits until it answers. Errors: LAB_FAILED with the end of its log, BUILD_INTERRUPTED. */
export async function startHeadscale(options: HeadscaleOptions): Promise<Headscale> {
  const { program, folder, ports, signal } = options;
  await mkdir(folder, { recursive: true });
  await writeFileWhole(join(folder, configName), stringify(config(options)), 0o600);
  await writeFileWhole(join(folder, "relay.yaml"), stringify(relayMap(ports)));
  await writeFileWhole(join(folder, "policy.json"), JSON.stringify(policy(options)));
  const child = spawnBound(program, ["serve", "-c", configName], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: folder },
  });
  const log = endOfLog(child);
  await answers(child, ports.control, { log, signal });
  const run = runner(program, folder);
  await run("users", "create", user);
  const [{ id = "1" } = {}] = await run<{ id?: string }[]>("users", "list");
  const apiKey = await run<string>("apikeys", "create");
  const call = caller(ports.control, apiKey);
  return {
    pid: child.pid ?? 0,
    newKey: async () => (await run<{ key: string }>(...newKeyWords, id)).key,
    apiKey,
    nodes: async () => ((await call<{ nodes?: RawNode[] }>("GET", "node")).nodes ?? []).map(nodeOf),
    setRoutes: async (node, routes) => {
      await call("POST", `node/${node}/approve_routes`, { routes });
    },
    stop: () => void child.kill("SIGTERM"),
  };
}

interface RawNode {
  id: string;
  givenName?: string;
  name?: string;
  ipAddresses?: string[];
  online?: boolean;
  availableRoutes?: string[];
  approvedRoutes?: string[];
}

const nodeOf = (node: RawNode): TailnetNode => ({
  id: node.id,
  name: node.givenName ?? node.name ?? "",
  addresses: node.ipAddresses ?? [],
  online: node.online ?? false,
  advertised: node.availableRoutes ?? [],
  approved: node.approvedRoutes ?? [],
});

const config = ({ ports }: HeadscaleOptions): object => ({
  server_url: `http://${hostAddress}:${ports.control}`,
  listen_addr: `127.0.0.1:${ports.control}`,
  metrics_listen_addr: `127.0.0.1:${ports.metrics}`,
  grpc_listen_addr: `127.0.0.1:${ports.grpc}`,
  grpc_allow_insecure: true,
  noise: { private_key_path: "./noise.key" },
  // The upper half: kube-ovn's join network of CozyStack lies in the lower one.
  prefixes: { v4: "100.96.0.0/11", allocation: "sequential" },
  derp: {
    server: {
      enabled: true,
      region_id: region,
      region_code: "lab",
      region_name: "Lab",
      verify_clients: true,
      stun_listen_addr: `127.0.0.1:${ports.stun}`,
      private_key_path: "./relay.key",
      automatically_add_embedded_derp_region: false,
    },
    urls: [],
    paths: ["./relay.yaml"],
    auto_update_enabled: false,
  },
  disable_check_updates: true,
  database: { type: "sqlite", sqlite: { path: "./db.sqlite", write_ahead_log: true } },
  policy: { mode: "file", path: "./policy.json" },
  dns: {
    magic_dns: false,
    base_domain: "tailnet.lab",
    override_local_dns: false,
    nameservers: { global: [] },
  },
  unix_socket: "./headscale.sock",
  unix_socket_permission: "0700",
  logtail: { enabled: false },
  log: { level: "info", format: "text" },
});

/** The relay has one address for machines and another one for clients on this computer; each finds the one that answers. */
const relayMap = ({ relay, stun }: TailnetPorts): object => ({
  // A map, because Headscale takes numbers as keys and no texts.
  regions: new Map([
    [
      region,
      {
        regionid: region,
        regioncode: "lab",
        regionname: "Lab",
        nodes: ["127.0.0.1", hostAddress].map((address, index) => ({
          name: `${region}${"ab"[index]}`,
          regionid: region,
          hostname: address,
          ipv4: address,
          ipv6: "none",
          stunport: stun,
          derpport: relay,
          insecurefortests: true,
          canport80: false,
        })),
      },
    ],
  ]),
});

/** Everybody may reach everything. No route approves itself: an approval that is taken back has to stay so. */
const policy = ({ tags }: HeadscaleOptions): object => ({
  tagOwners: Object.fromEntries(tags.map((tag) => [tag, [`${user}@`]])),
  acls: [{ action: "accept", src: ["*"], dst: ["*:*"] }],
});

const patienceMs = 60_000;
const pollMs = 200;

interface Waiting {
  log: () => string;
  signal: AbortSignal;
}

async function answers(child: ChildProcess, port: number, { log, signal }: Waiting): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && child.exitCode === null) {
    if (signal.aborted) throw new RolesError("BUILD_INTERRUPTED", "the lab was stopped");
    const status = await request(`http://127.0.0.1:${port}/health`).then(
      async ({ statusCode, body }) => (await body.dump(), statusCode),
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  child.kill("SIGKILL");
  throw new RolesError("LAB_FAILED", `Headscale does not answer; the end of its log:\n${log()}`);
}

type Call = <T>(method: "GET" | "POST", path: string, body?: object) => Promise<T>;

/** Headscale's API, as an administrator uses it. */
const caller =
  (port: number, key: string): Call =>
  async <T>(method: "GET" | "POST", path: string, content?: object) => {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(content ? { body: JSON.stringify(content) } : {}),
    });
    const text = await body.text();
    if (statusCode === 200) return JSON.parse(text) as T;
    throw new RolesError(
      "LAB_FAILED",
      `Headscale answers ${statusCode} to ${method} ${path}: ${text.slice(0, 200)}`,
    );
  };

function endOfLog(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => (text = (text + String(chunk)).slice(-4000)));
  return () => text.trim();
}

type Run = <T>(...args: string[]) => Promise<T>;

/** Headscale's own command line, which talks to the server through a socket in its folder; its answers are JSON. */
const runner =
  (program: string, folder: string): Run =>
  <T>(...args: string[]) =>
    new Promise<T>((resolve, reject) => {
      execFile(
        program,
        ["-c", configName, "-o", "json", ...args],
        { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder }, timeout: patienceMs },
        (error, stdout, stderr) => {
          if (!error) return resolve((stdout.trim() === "" ? null : JSON.parse(stdout)) as T);
          const said = (stderr.trim() || stdout.trim()).split("\n").slice(-3).join("\n");
          reject(
            new RolesError("LAB_FAILED", `headscale ${args.slice(0, 2).join(" ")}: ${said}`, {
              cause: error,
            }),
          );
        },
      );
    });
