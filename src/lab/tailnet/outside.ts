import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { ProxyAgent, request } from "undici";
import { RolesError } from "../../errors.ts";
import { spawnBound } from "../processes.ts";

/** A client of the tailnet that is no part of the cluster: the real Tailscale, on this computer, without a network device of its own. */
export interface OutsideClient {
  pid: number;
  /** Logs in with a key, taking the routes that others offer. */
  join(loginServer: string, key: string): Promise<void>;
  /** Asks for a page through the tailnet. */
  fetch: (url: string) => Promise<{ ok: boolean; body: string }>;
  stop(): void;
}

interface OutsideOptions {
  program: string;
  folder: string;
  /** Port of loopback on which its HTTP proxy listens. */
  proxyPort: number;
}

const ownWords =
  "--tun=userspace-networking --statedir=. --socket=tailscaled.sock --port=0 --no-logs-no-support".split(" ");
const joinWords = "up --accept-routes --accept-dns=false --hostname=outside --timeout=60s".split(" ");
const patienceMs = 90_000;
const fetchMs = 10_000;
const longest = 1024 * 1024;

/** Starts it; nothing is joined yet. */
export async function startOutsideClient({
  program,
  folder,
  proxyPort,
}: OutsideOptions): Promise<OutsideClient> {
  await mkdir(folder, { recursive: true });
  const env = { PATH: process.env["PATH"], HOME: folder };
  const child = spawnBound(program, [...ownWords, `--outbound-http-proxy-listen=127.0.0.1:${proxyPort}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "ignore"],
    env,
  });
  return {
    pid: child.pid ?? 0,
    join: (loginServer, key) =>
      cli(program, folder, [...joinWords, `--login-server=${loginServer}`, `--auth-key=${key}`]),
    fetch: async (url) => {
      // A line of its own each time: one that was opened while there was no route would lead elsewhere for as long as it is kept.
      const proxy = new ProxyAgent(`http://127.0.0.1:${proxyPort}`);
      try {
        const signal = AbortSignal.timeout(fetchMs);
        const { statusCode, body } = await request(url, { dispatcher: proxy, signal });
        return { ok: statusCode === 200, body: (await body.text()).slice(0, longest) };
      } catch (error) {
        return { ok: false, body: error instanceof Error ? error.message : String(error) };
      } finally {
        await proxy.destroy();
      }
    },
    stop: () => {
      child.kill("SIGTERM");
    },
  };
}

/** Tailscale's command line, which is in the same program. */
const cli = (program: string, folder: string, args: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(
      program,
      ["--socket=tailscaled.sock", ...args],
      { cwd: folder, timeout: patienceMs, env: { PATH: process.env["PATH"], HOME: folder, TS_BE_CLI: "1" } },
      (error, _stdout, stderr) => {
        if (!error) return resolve();
        // The key is among the arguments, which Node repeats in its message.
        reject(
          new RolesError(
            "LAB_FAILED",
            `the client outside cannot join the tailnet: ${stderr.trim().slice(-400)}`,
          ),
        );
      },
    );
  });
