import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificateAuthority } from "../../formats/certificates.ts";
import type { Pod } from "../../kubernetes/types.ts";
import { handler, type Members, runtimeClass } from "./members.ts";

export interface Served {
  url: string;
  close(): void;
}

/** The stand-in's API server: the part of the Kubernetes API that we use, over mutual TLS on loopback. All that can be changed is which pods run. */
export async function startApiServer(ca: CertificateAuthority, members: Members): Promise<Served> {
  const { certificate, key } = await ca.server({ names: ["127.0.0.1"] });
  const server = createServer(
    { cert: certificate, key, ca: ca.certificate, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      void answer(request, members)
        .catch((): Answer => [400, failure(400)])
        .then(([status, body]) =>
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
        );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Answer = [status: number, body: object];

async function answer(request: IncomingMessage, members: Members): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "https://api");
  const [, namespace, name] = podPath.exec(pathname) ?? [];
  if (request.method === "GET") {
    const items = itemsOf(pathname, members);
    const selector = searchParams.get("labelSelector");
    if (items) return [200, { items: selector === null ? items : items.filter(hasLabel(selector)) }];
    return [404, failure(404)];
  }
  if (request.method === "POST" && namespace !== undefined && name === undefined) {
    const pod = members.createPod(namespace, await podOf(request));
    return pod ? [201, pod] : [422, failure(422)];
  }
  if (request.method === "DELETE" && namespace !== undefined && name !== undefined)
    return members.removePod(namespace, name)
      ? [200, { kind: "Status", status: "Success" }]
      : [404, failure(404)];
  return [405, failure(405)];
}

const podPath = /^\/api\/v1\/namespaces\/([^/]+)\/pods(?:\/([^/]+))?$/;
const longestBody = 64 * 1024;

async function podOf(request: IncomingMessage): Promise<Pod> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestBody) throw new TypeError("a pod of that length is none");
  }
  const pod = JSON.parse(text) as Pod;
  if (typeof pod?.metadata?.name !== "string") throw new TypeError("a pod has a name");
  return pod;
}

/** `name`, or `name=value`. */
function hasLabel(selector: string): (item: { metadata?: { labels?: Record<string, string> } }) => boolean {
  const [name = "", value] = selector.split("=");
  return ({ metadata }) => {
    const own = metadata?.labels?.[name];
    return value === undefined ? own !== undefined : own === value;
  };
}

const messages: Record<number, string> = {
  400: "that is no pod",
  404: "the lab's stand-in has no such thing",
  405: "the lab's stand-in only answers questions, and runs pods",
  422: "a pod names a node of the lab, and the lab's runtime class or none",
};

const failure = (code: number): object => ({
  apiVersion: "v1",
  kind: "Status",
  status: "Failure",
  code,
  message: messages[code],
});

const namespacePods = /^\/api\/v1\/namespaces\/([^/]+)\/pods$/;

function itemsOf(path: string, members: Members): object[] | undefined {
  const [, namespace] = namespacePods.exec(path) ?? [];
  if (namespace !== undefined)
    return members.pods().filter(({ metadata }) => metadata.namespace === namespace);
  switch (path) {
    case "/api/v1/nodes":
      return members.nodes();
    case "/api/v1/pods":
      return members.pods();
    case "/api/v1/namespaces/default/services":
      return [serviceOf(members)];
    case "/apis/node.k8s.io/v1/runtimeclasses":
      return [{ metadata: { name: runtimeClass }, handler }];
    case "/apis/apps/v1/daemonsets":
      return [];
    default:
      return undefined;
  }
}

const serviceOf = ({ service }: Members): object => ({
  metadata: { name: "hello", namespace: "default" },
  spec: { clusterIP: service.address, ports: [{ port: 80 }] },
});
