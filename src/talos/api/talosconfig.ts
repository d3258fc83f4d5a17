import { ownValue } from "../../formats/own-value.ts";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { RolesError } from "../../errors.ts";

const contextSchema = z.object({
  target: z.string().optional(),
  endpoints: z.array(z.string()).default([]),
  nodes: z.array(z.string()).default([]),
  ca: z.string().default(""),
  crt: z.string().default(""),
  key: z.string().default(""),
  cluster: z.string().optional(),
});

const fileSchema = z.object({
  context: z.string().default(""),
  contexts: z.record(z.string(), contextSchema).default({}),
});

/** One context of a talosconfig: where to connect and with which certificate. PEM texts as TLS takes them. */
export interface TalosContext {
  name: string;
  endpoints: string[];
  nodes: string[];
  ca: string;
  certificate: string;
  key: string;
  /** When the client certificate ends. */
  expires: Date;
}

const inPod = "/var/run/secrets/talos.dev/config";

/** Where talosctl would look, first found wins: $TALOSCONFIG, $TALOS_HOME/config or ~/.talos/config, then the in-pod file. */
export function talosconfigPaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const home = env["TALOS_HOME"] ?? join(homedir(), ".talos");
  return [...(env["TALOSCONFIG"] ? [env["TALOSCONFIG"]] : []), join(home, "config"), inPod];
}

/**
 * Reads a talosconfig. `path` undefined means talosctl's own places; `context` undefined means the file's current one.
 * Errors: FILE_NOT_FOUND, TALOSCONFIG_INVALID. The certificates' texts never appear in a message.
 */
export async function loadTalosconfig({
  path,
  context,
}: { path?: string; context?: string } = {}): Promise<TalosContext> {
  const [file, text] = await firstReadable(path === undefined ? talosconfigPaths() : [path]);
  const config = parseFile(file, text);
  const name = context ?? config.context;
  const found = ownValue(config.contexts, name);
  if (!found) {
    throw invalid(
      `${file} has no context "${name}"`,
      `It has: ${Object.keys(config.contexts).join(", ") || "none"}. Choose one with --context.`,
    );
  }
  return contextOf(file, name, found);
}

async function firstReadable(paths: string[]): Promise<[string, string]> {
  for (const path of paths) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) return [path, text];
  }
  throw new RolesError("FILE_NOT_FOUND", `no talosconfig at ${paths.join(", ")}`, {
    hint: "Name it with --talosconfig, or set TALOSCONFIG.",
  });
}

function parseFile(file: string, text: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(parse(text, { maxAliasCount: 20, logLevel: "error" }) ?? {});
  } catch {
    // The parser's own message could quote a key, so it is left out.
    throw invalid(
      `${file} is not a talosconfig`,
      "It is the YAML file that `talosctl gen config` or `talosctl kubeconfig` users keep at ~/.talos/config.",
    );
  }
}

function contextOf(file: string, name: string, raw: z.infer<typeof contextSchema>): TalosContext {
  const certificate = pem(raw.crt, file, `${name}.crt`);
  return {
    name,
    endpoints: [...(raw.target ? [raw.target] : []), ...raw.endpoints],
    nodes: raw.nodes,
    ca: pem(raw.ca, file, `${name}.ca`),
    certificate,
    key: opensslKeyLabel(pem(raw.key, file, `${name}.key`)),
    expires: expiryOf(certificate, file, name),
  };
}

function pem(base64: string, file: string, field: string): string {
  const text = Buffer.from(base64, "base64").toString("latin1");
  if (!text.includes("-----BEGIN ")) {
    throw invalid(
      `${file}: contexts.${field} is not base64 of a PEM text`,
      "Fetch the talosconfig again: `talosctl gen config` wrote it, or your secrets tool did.",
    );
  }
  return text;
}

/** Talos labels Ed25519 keys in a way OpenSSL refuses; the bytes inside are ordinary PKCS#8. */
const opensslKeyLabel = (key: string): string => key.replaceAll("ED25519 PRIVATE KEY", "PRIVATE KEY");

function expiryOf(certificate: string, file: string, name: string): Date {
  try {
    return new Date(new X509Certificate(certificate).validTo);
  } catch {
    throw invalid(`${file}: contexts.${name}.crt is not a certificate`, "Fetch the talosconfig again.");
  }
}

const dayMs = 24 * 3600 * 1000;

/** What to say of a certificate that has expired or soon will (within 30 days); undefined for one that is good. */
export function expiryWarning({ name, expires }: TalosContext, now: number = Date.now()): string | undefined {
  const left = expires.getTime() - now;
  const renew = "make a new one with `talosctl config new`";
  if (left <= 0) return `the certificate of context ${name} expired on ${dayOf(expires)}: ${renew}`;
  if (left > 30 * dayMs) return undefined;
  return `the certificate of context ${name} expires on ${dayOf(expires)}, in ${Math.ceil(left / dayMs)} days: ${renew}`;
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const invalid = (message: string, hint: string) => new RolesError("TALOSCONFIG_INVALID", message, { hint });

/**
 * `host:port` of an endpoint in any form talosctl takes: host, host:port, IPv6 with or without brackets, https URL.
 * Errors: TALOSCONFIG_INVALID for a URL that is none.
 */
export function endpointAddress(endpoint: string): { host: string; port: number } {
  if (endpoint.startsWith("https://")) {
    if (!URL.canParse(endpoint))
      throw invalid(
        `the endpoint ${JSON.stringify(endpoint)} is not a URL`,
        "Write it as host or host:port.",
      );
    const url = new URL(endpoint);
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 443) };
  }
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(endpoint);
  if (bracketed) return { host: bracketed[1] ?? "", port: Number(bracketed[2] ?? 50000) };
  const parts = endpoint.split(":");
  if (parts.length === 2) return { host: parts[0] ?? "", port: Number(parts[1]) };
  return { host: endpoint, port: 50000 };
}
