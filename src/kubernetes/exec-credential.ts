import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import type { ExecPlugin, KubeContext } from "./kubeconfig.ts";

const credentialSchema = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
  }),
});

/**
 * Runs the exec plugin of a context, if it has one, and returns the context with the credential filled in.
 * Protocol: client.authentication.k8s.io ExecCredential. Errors: KUBECONFIG_INVALID, never with the plugin's output.
 */
export async function withExecCredential(context: KubeContext): Promise<KubeContext> {
  if (!context.exec) return context;
  const { status } = await runPlugin(context.exec);
  return {
    ...context,
    ...(status.token === undefined ? {} : { token: status.token }),
    ...(status.clientCertificateData === undefined ? {} : { certificate: status.clientCertificateData }),
    ...(status.clientKeyData === undefined ? {} : { key: status.clientKeyData }),
  };
}

async function runPlugin(plugin: ExecPlugin): Promise<z.infer<typeof credentialSchema>> {
  const info = { kind: "ExecCredential", apiVersion: plugin.apiVersion, spec: { interactive: false } };
  const added = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  try {
    const { stdout } = await promisify(execFile)(plugin.command, plugin.args ?? [], {
      env: { ...process.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: 30_000,
      maxBuffer: 1 << 20,
    });
    return credentialSchema.parse(JSON.parse(stdout));
  } catch {
    throw new RolesError("KUBECONFIG_INVALID", `the credential plugin ${plugin.command} gave no credential`, {
      hint: `Run it by hand to see why, and check that it is installed: ${plugin.command}.`,
    });
  }
}
