import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificateAuthority } from "../../formats/certificates.ts";
import type { KubeNode, Pod } from "../../kubernetes/types.ts";
import type { TalosNodeMachine } from "../node/node.ts";
import { networkPod, networkSets } from "./network-pods.ts";
import { podStore } from "./pods.ts";

export interface KubernetesStandIn {
  url: string;
  /** Calls that changed something: `POST /api/v1/…`. */
  mutations: string[];
  close: () => void;
}

/** A stand-in for the part of the Kubernetes API that we use. A node is listed once its kubelet has run, and ready as the kubelet says. */
export async function startKubernetesApi(
  ca: CertificateAuthority,
  nodes: () => readonly TalosNodeMachine[],
): Promise<KubernetesStandIn> {
  const { certificate, key } = await ca.server({ names: ["127.0.0.1"] });
  const mutations: string[] = [];
  const pods = podStore(nodes);
  const answer = async (request: IncomingMessage): Promise<[number, object]> => {
    const { pathname } = new URL(request.url ?? "/", "https://x");
    if (request.method !== "GET") mutations.push(`${request.method} ${pathname}`);
    const items = request.method === "GET" ? itemsOf(pathname, nodes()) : undefined;
    if (items) return [200, { items }];
    const found = await pods.handle(request.method ?? "GET", pathname, () => bodyOf(request));
    return found ? [200, found] : [404, { kind: "Status", code: 404 }];
  };
  const server = createServer(
    { cert: certificate, key, ca: ca.certificate, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      void (async () => {
        const [status, body] = await answer(request).catch((): [number, object] => [400, { code: 400 }]);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      })();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mutations,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Pod> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString("utf8")) as Pod;
}

function itemsOf(path: string, nodes: readonly TalosNodeMachine[]): object[] | undefined {
  if (path === "/api/v1/nodes") return nodes.flatMap(kubernetesNode);
  if (path === "/apis/node.k8s.io/v1/runtimeclasses")
    return [{ metadata: { name: "wasmtime-spin-v2" }, handler: "spin" }];
  if (path === "/apis/apps/v1/daemonsets") return networkSets(nodes.flatMap(kubernetesNode));
  if (path === "/api/v1/namespaces/kube-system/pods")
    return nodes.flatMap(kubernetesNode).flatMap(networkPod);
  return undefined;
}

const networkMissing =
  "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";

function kubernetesNode(node: TalosNodeMachine): KubeNode[] {
  const { options } = node;
  const status = node.boot()?.resources.get({
    namespace: "k8s",
    type: "NodeStatuses.kubernetes.talos.dev",
    id: options.name,
  });
  if (!status) return [];
  const ready = /nodeReady: true/.test(status.spec?.yamlSpec ?? "");
  return [
    {
      metadata: { name: options.name, labels: options.config.labels },
      status: {
        addresses: [{ type: "InternalIP", address: options.address }],
        conditions: [
          ready
            ? {
                type: "Ready",
                status: "True",
                reason: "KubeletReady",
                message: "kubelet is posting ready status",
              }
            : { type: "Ready", status: "False", reason: "KubeletNotReady", message: networkMissing },
        ],
      },
    },
  ];
}
