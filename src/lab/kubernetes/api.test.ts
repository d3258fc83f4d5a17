import { request as ask } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificateAuthority } from "../../formats/certificates.ts";
import { kubeClient, type KubeClient } from "../../kubernetes/client.ts";
import { type Served, startApiServer } from "./api.ts";
import { clusterMembers } from "./members.ts";

const members = clusterMembers({
  members: [
    {
      name: "n1",
      role: "compute",
      address: "10.10.0.101",
      podNetwork: "10.244.1.0/24",
      pod: "10.244.1.2",
      serves: true,
    },
  ],
  services: "10.96.0.0/16",
  service: "10.96.0.80",
  moduleUrl: () => "http://10.0.2.2:1/module.wasm",
});
let served: Served;
let client: KubeClient;
let certificate: string;
beforeAll(async () => {
  const ca = await makeCertificateAuthority();
  certificate = ca.certificate;
  served = await startApiServer(ca, members);
  const user = await ca.client({ organizations: ["os:reader"] });
  client = await kubeClient({
    context: { name: "lab", server: served.url, ca: ca.certificate, insecure: false, ...user },
  });
  members.heartbeat("n1", "pod hello running \n");
});
afterAll(async () => {
  await client.close();
  served.close();
});

describe("the stand-in's API server", () => {
  it("answers our own client: nodes, pods, runtime classes", async () => {
    expect((await client.nodes()).map(({ metadata }) => metadata.name)).toEqual(["n1"]);
    expect((await client.runtimeClasses()).map(({ handler }) => handler)).toEqual(["spin"]);
    expect((await client.pods("default")).map(({ status }) => status?.podIP)).toEqual(["10.244.1.2"]);
    expect(await client.pods("kube-system")).toEqual([]);
  });

  it("runs a pod, finds it by its label, and takes it away", async () => {
    const spec = { nodeName: "n1", runtimeClassName: "wasmtime-spin-v2" };
    await client.createPod({
      metadata: { name: "one", namespace: "default", labels: { mine: "yes" } },
      spec,
    });
    members.heartbeat("n1", "pod hello running \npod x1 failed no shim\n");
    const [found] = await client.pods("default", "mine");
    expect([found?.metadata.name, found?.status?.phase, found?.status?.message]).toEqual([
      "one",
      "Failed",
      "no shim",
    ]);
    await client.deletePod("default", "one");
    expect(await client.pods("default", "mine")).toEqual([]);
    await expect(
      client.createPod({ metadata: { name: "two", namespace: "default" }, spec: { nodeName: "n9" } }),
    ).rejects.toMatchObject({ code: "KUBERNETES_FAILED" });
  });

  it("lets nobody in without a certificate of its own authority", async () => {
    const said = await new Promise<string>((resolve) => {
      ask(`${served.url}/api/v1/nodes`, { ca: certificate }, () => resolve("an answer"))
        .on("error", ({ message }) => resolve(message))
        .end();
    });
    expect(said).not.toBe("an answer");
  });
});
