import { request } from "undici";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import type { TailnetDevice } from "./causes/cause.ts";
import { type Part } from "./observation.ts";
import { part } from "./resources.ts";

/** Whose API tells which routes are approved. */
export interface Tailnet {
  kind: "tailscale" | "headscale";
  /** `https://api.tailscale.com`, or Headscale's own address. */
  url: string;
  key: string;
}

const tailscaleApi = "https://api.tailscale.com";

/** The control server of a role: Headscale where it names a login server, else Tailscale. `url` overrides the address only. */
export const tailnetOf = ({
  loginServer,
  url,
  key,
}: {
  loginServer?: string | undefined;
  url?: string | undefined;
  key: string;
}): Tailnet => ({
  kind: loginServer === undefined ? "tailscale" : "headscale",
  url: url ?? loginServer ?? tailscaleApi,
  key,
});

/** Every device of the tailnet, or why they are not known. It only reads, and the key never comes out of it. */
export const tailnetDevices = (
  tailnet: Tailnet,
  options: { timeoutMs?: number } = {},
): Promise<Part<TailnetDevice[]>> =>
  part(() => (tailnet.kind === "tailscale" ? tailscale(tailnet, options) : headscale(tailnet, options)));

const texts = z.array(z.string()).nullish();

// Tailscale API v2, GET /api/v2/tailnet/{tailnet}/devices?fields=all.
const tailscaleAnswer = z.object({
  devices: z.array(
    z.object({
      hostname: z.string().default(""),
      name: z.string().default(""),
      addresses: texts,
      authorized: z.boolean().default(true),
      connectedToControl: z.boolean().optional(),
      advertisedRoutes: texts,
      enabledRoutes: texts,
    }),
  ),
});

async function tailscale(tailnet: Tailnet, options: { timeoutMs?: number }): Promise<TailnetDevice[]> {
  const { devices } = await ask(tailnet, {
    ...options,
    path: "/api/v2/tailnet/-/devices?fields=all",
    schema: tailscaleAnswer,
  });
  return devices.map((one) => ({
    // `name` is the full MagicDNS name; its first label is what the admin console shows.
    name: one.name.split(".")[0] || one.hostname,
    addresses: one.addresses ?? [],
    authorized: one.authorized,
    online: one.connectedToControl ?? null,
    advertised: one.advertisedRoutes ?? [],
    approved: one.enabledRoutes ?? [],
  }));
}

// Headscale 0.26 and later, GET /api/v1/node.
const headscaleAnswer = z.object({
  nodes: z.array(
    z.object({
      name: z.string().default(""),
      givenName: z.string().default(""),
      ipAddresses: texts,
      online: z.boolean().optional(),
      availableRoutes: texts,
      approvedRoutes: texts,
    }),
  ),
});

async function headscale(tailnet: Tailnet, options: { timeoutMs?: number }): Promise<TailnetDevice[]> {
  const { nodes } = await ask(tailnet, { ...options, path: "/api/v1/node", schema: headscaleAnswer });
  return nodes.map((one) => ({
    name: one.givenName || one.name,
    addresses: one.ipAddresses ?? [],
    // A node that is in Headscale's list is registered.
    authorized: true,
    online: one.online ?? null,
    advertised: one.availableRoutes ?? [],
    approved: one.approvedRoutes ?? [],
  }));
}

interface Question<T> {
  path: string;
  schema: z.ZodType<T>;
  timeoutMs?: number;
}

const maxBytes = 32 * 1024 * 1024;

async function ask<T>(
  { url, key, kind }: Tailnet,
  { path, schema, timeoutMs = 10_000 }: Question<T>,
): Promise<T> {
  const host = new URL(url).host;
  const answer = await request(new URL(path, url), {
    headers: { authorization: `Bearer ${key}`, accept: "application/json" },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new RolesError("TAILNET_UNREACHABLE", `the tailnet's API at ${host} does not answer`, { cause });
  });
  if (answer.statusCode === 401 || answer.statusCode === 403) {
    await answer.body.dump();
    throw new RolesError("TAILNET_DENIED", `the tailnet's API at ${host} refuses this key`, {
      hint: "Make a new API key (not an auth key) and name it with --tailnet-key env:NAME or file:PATH.",
    });
  }
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw new RolesError("TAILNET_FAILED", `the tailnet's API at ${host} answers ${answer.statusCode}`);
  }
  return parseAnswer(await bounded(answer.body), schema, `${kind}'s API at ${host}`);
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new RolesError("TAILNET_FAILED", "the tailnet's API answers without end");
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseAnswer<T>(text: string, schema: z.ZodType<T>, who: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new RolesError("TAILNET_FAILED", `${who} answers in a form that is not known`, { cause });
  }
}
