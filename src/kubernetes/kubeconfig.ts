import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { RolesError } from "../errors.ts";

const clusterSchema = z.object({
  server: z.string(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
});

const execSchema = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

const userSchema = z.object({
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  exec: execSchema.nullish(),
});

const fileSchema = z.object({
  "current-context": z.string().default(""),
  contexts: z
    .array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }))
    .default([]),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })).default([]),
  users: z.array(z.object({ name: z.string(), user: userSchema.nullable() })).default([]),
});

export type ExecPlugin = z.infer<typeof execSchema>;

/** One context of a kubeconfig, with every file it names already read. PEM texts as TLS takes them. */
export interface KubeContext {
  name: string;
  server: string;
  ca?: string;
  insecure: boolean;
  serverName?: string;
  certificate?: string;
  key?: string;
  token?: string;
  exec?: ExecPlugin;
}

/** Where kubectl would look: the files of $KUBECONFIG, else ~/.kube/config. */
function kubeconfigPaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const named = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  return named.length > 0 ? named : [join(homedir(), ".kube", "config")];
}

/**
 * Reads one context of a kubeconfig: certificates (in place or as files), token, token file or exec plugin.
 * Errors: FILE_NOT_FOUND, KUBECONFIG_INVALID; neither quotes what the file holds.
 */
export async function loadKubeconfig({
  path,
  context,
}: { path?: string; context?: string } = {}): Promise<KubeContext> {
  const paths = path === undefined ? kubeconfigPaths() : [path];
  for (const file of paths) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return contextOf(file, parseFile(file, text), context);
  }
  throw new RolesError("FILE_NOT_FOUND", `no kubeconfig at ${paths.join(", ")}`, {
    hint: "Name it with --kubeconfig, or write it with `talosctl kubeconfig`.",
  });
}

function parseFile(file: string, text: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(parse(text, { maxAliasCount: 20, logLevel: "error" }) ?? {});
  } catch {
    throw invalid(`${file} is not a kubeconfig`, "Write it again with `talosctl kubeconfig`.");
  }
}

const invalid = (message: string, hint: string) => new RolesError("KUBECONFIG_INVALID", message, { hint });

async function contextOf(
  file: string,
  config: z.infer<typeof fileSchema>,
  wanted?: string,
): Promise<KubeContext> {
  const name = wanted ?? config["current-context"];
  const context = config.contexts.find((one) => one.name === name)?.context;
  const cluster = config.clusters.find((one) => one.name === context?.cluster)?.cluster;
  if (!context || !cluster) {
    const known = config.contexts.map((one) => one.name).join(", ") || "none";
    throw invalid(
      `${file} has no usable context "${name}"`,
      `It has: ${known}. Choose one with --kube-context.`,
    );
  }
  const user = config.users.find((one) => one.name === context.user)?.user ?? {};
  const read = (data: string | undefined, path: string | undefined) => pem(file, data, path);
  return compact({
    name,
    server: cluster.server,
    ca: await read(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    insecure: cluster["insecure-skip-tls-verify"] ?? false,
    serverName: cluster["tls-server-name"],
    certificate: await read(user["client-certificate-data"], user["client-certificate"]),
    key: await read(user["client-key-data"], user["client-key"]),
    token: user.token ?? (await fileText(file, user.tokenFile))?.trim(),
    exec: user.exec ?? undefined,
  });
}

const compact = (context: { [Key in keyof KubeContext]: KubeContext[Key] | undefined }): KubeContext =>
  Object.fromEntries(
    Object.entries(context).filter(([, value]) => value !== undefined),
  ) as unknown as KubeContext;

async function pem(
  file: string,
  data: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  return data === undefined ? fileText(file, path) : Buffer.from(data, "base64").toString("latin1");
}

async function fileText(file: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const full = isAbsolute(path) ? path : join(dirname(file), path);
  return readFile(full, "utf8").catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `${file} names ${full}, which cannot be read`, { cause });
  });
}
