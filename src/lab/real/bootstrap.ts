import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { connect } from "../../talos/api/connection.ts";
import type { Method } from "../../talos/api/methods.ts";
import type { TalosContext } from "../../talos/api/talosconfig.ts";

/** machine.MachineService/Bootstrap: an empty request is a new cluster. It changes a node, so it is no method of our client. */
const bootstrap: Method<Record<string, never>, object> = {
  path: "/machine.MachineService/Bootstrap",
  stream: false,
  encodeRequest: () => Buffer.alloc(0),
  decodeRequest: () => ({}),
  encodeResponse: () => Buffer.alloc(0),
  decodeResponse: () => ({}),
};

const retryMs = 5000;

interface BootstrapOptions {
  endpoint: string;
  context: TalosContext;
  signal: AbortSignal;
  /** Why it is tried again, each reason once. */
  say: (text: string) => void;
  pauseMs?: number;
}

/** Starts etcd on the first control plane, as `talosctl bootstrap` does, as soon as that node answers. Returns whether it did before `signal`. */
export async function bootstrapCluster(options: BootstrapOptions): Promise<boolean> {
  const { endpoint, context, signal, say, pauseMs = retryMs } = options;
  let said = "";
  while (!signal.aborted) {
    const connection = connect(endpoint, context);
    try {
      await connection.unary(bootstrap, {}, { timeoutMs: retryMs, signal });
      return true;
    } catch (error) {
      const { code, details = String(error) } = error as { code?: number; details?: string };
      if (code === status.ALREADY_EXISTS) return true;
      if (details !== said && !signal.aborted) say(`not bootstrapped yet: ${details}`);
      said = details;
    } finally {
      connection.close();
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  return false;
}
