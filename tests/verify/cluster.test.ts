import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readRecordedRoles } from "../../src/cluster/recorded.ts";
import { tailnetOf } from "../../src/cluster/tailnet.ts";
import { findNodes } from "../../src/cluster/find-nodes.ts";
import { driftOf } from "../../src/cluster/drift.ts";
import { observeAndJudge, verify } from "../../src/cluster/verify.ts";
import { whyOf } from "../../src/cluster/why.ts";
import { driftReport } from "../../src/report/drift.ts";
import { simulatedCluster, type SimulatedCluster } from "../helpers/simulated-cluster.ts";

let cluster: SimulatedCluster | undefined;
let net = 120;
let allowed: RegExp = /^$/;

afterEach(async () => {
  const mutations = (await cluster?.close()) ?? [];
  expect(mutations.filter((one) => !allowed.test(one))).toEqual([]);
  cluster = undefined;
  allowed = /^$/;
});

async function powerOn(row: string, nodes = 3): Promise<SimulatedCluster> {
  net += 1;
  cluster = await simulatedCluster({ row, nodes, net });
  return cluster;
}

const asked = ({ tailnet: { url, key } }: SimulatedCluster, kind: "tailscale" | "headscale") =>
  tailnetOf({ url, key, loginServer: kind === "headscale" ? url : undefined });

describe("a cluster as a whole", () => {
  it("is formed, with nothing unknown, when every source was asked", async () => {
    const one = await powerOn("well");
    const verdict = await verify({ ...one.options, tailnet: asked(one, "tailscale"), strict: true });
    expect(verdict).toMatchObject({ formed: true, cluster: [] });
  });

  it("without a tailnet key is formed, but not by the strict measure, and says why", async () => {
    const one = await powerOn("well");
    const verdict = await verify(one.options);
    expect(verdict.formed).toBe(true);
    expect(verdict.nodes[0]?.roleFunctional).toMatchObject({
      answer: "unknown",
      reasons: [expect.stringContaining("--tailnet-key")],
    });
    expect(verdict.nodes[1]?.roleFunctional.answer).toBe("yes");
    expect((await verify({ ...one.options, strict: true })).formed).toBe(false);
  });

  it.each(["tailscale", "headscale"] as const)(
    "D5: %s tells that nobody approved the routes",
    async (kind) => {
      const one = await powerOn("D5");
      const verdict = await verify({ ...one.options, tailnet: asked(one, kind) });
      expect(verdict.formed).toBe(false);
      const [gateway] = verdict.nodes;
      expect(gateway).toMatchObject({ bootCompletes: { answer: "yes" }, causes: [{ row: "D5" }] });
    },
  );

  it("a refused key is a thing not known, and never appears", async () => {
    const one = await powerOn("well");
    const tailnet = { ...asked(one, "tailscale"), key: "tskey-api-wrong" };
    const verdict = await verify({ ...one.options, tailnet });
    expect(verdict.nodes[0]?.roleFunctional.answer).toBe("unknown");
    expect(verdict.nodes[0]?.roleFunctional.reasons.join()).toContain("refuses this key");
    expect(JSON.stringify(verdict)).not.toContain("tskey-api-wrong");
  });

  it("E2: names the DaemonSet of the pod network, and what is wrong with its pod on this node", async () => {
    const one = await powerOn("E2");
    const { nodes } = await verify(one.options);
    const [cause] = nodes[2]?.causes ?? [];
    expect(cause).toMatchObject({
      row: "E2",
      title: "the pod network is not up here: kube-system/cilium",
      advice: expect.stringContaining("kubectl -n kube-system"),
    });
    expect(cause?.evidence).toContainEqual({
      source: "DaemonSet kube-system/cilium",
      text: expect.stringMatching(/^ready on 2 of 3 nodes; here: ImagePullBackOff: /),
    });
    expect(nodes[2]).toMatchObject({ bootCompletes: { answer: "yes" }, kubernetesReady: { answer: "no" } });
    // Without Kubernetes it is still known that there is no pod network, though not whose.
    const alone = await verify({ ...one.options, kube: undefined });
    expect(alone.nodes[2]?.causes).toMatchObject([{ row: "E2", title: "the cluster has no CNI yet" }]);
  });

  it("E5: a second gateway that works is one too many", async () => {
    const one = await powerOn("E5");
    const { formed, cluster: findings, nodes } = await verify(one.options);
    expect(formed).toBe(false);
    expect(findings).toMatchObject([{ rule: "role-count", role: "gateway" }]);
    expect(nodes[2]).toMatchObject({ bootCompletes: { answer: "yes" }, causes: [{ row: "A2" }] });
  });

  it("E6: other versions than the record's, on the node and over the cluster", async () => {
    const one = await powerOn("E6");
    const record = await readRecordedRoles(join(one.folder, "build-record.json"));
    const { nodes, cluster: findings } = await verify({ ...one.options, record });
    expect(nodes[2]?.causes).toMatchObject([
      { row: "E6", title: "drbd is 9.2.16-v1.13.6, not 9.3.3-v1.13.6" },
    ]);
    expect(findings).toMatchObject([{ rule: "mixed-versions", severity: "warning" }]);
  });

  it("E7: discovery that is off is said, and keeps no cluster from forming", async () => {
    const one = await powerOn("E7");
    expect(await verify(one.options)).toMatchObject({
      formed: true,
      cluster: [{ rule: "discovery-off", severity: "info" }],
    });
  });

  it("E8: a node with an expired certificate is unknown, and why says what is wrong with the way to it", async () => {
    const one = await powerOn("E8");
    const { nodes, formed } = await verify(one.options);
    expect(formed).toBe(false);
    const [, , last] = nodes;
    expect(last).toMatchObject({
      bootCompletes: { answer: "unknown" },
      kubernetesReady: { answer: "unknown" },
      roleFunctional: { answer: "unknown" },
    });
    expect(last && whyOf(last)).toMatchObject({ cause: "E8", fixIsPatch: false });
  });

  it("nodes that hang in the middle, refuse or have expired certificates are unknown, and change nothing for the others", async () => {
    net += 1;
    const access = { hangs: 3, refuses: 2, expired: 2 };
    cluster = await simulatedCluster({ nodes: 20, net, access, speed: 20, timeoutMs: 8000 });
    const { nodes, formed } = await verify(cluster.options);
    expect(formed).toBe(false);
    const locked = nodes.filter((_, at) => cluster?.simulation.nodes[at]?.state.access !== undefined);
    expect(locked).toHaveLength(7);
    for (const node of locked) {
      const answers = [node.kubernetesReady, node.bootCompletes, node.roleFunctional];
      expect(answers.map(({ answer }) => answer)).not.toContain("no");
      expect(node.roleFunctional.answer).toBe("unknown");
      const wrong =
        cluster.simulation.nodes.find(({ name }) => name === node.name)?.state.access ?? "refuses";
      const said = {
        hangs: "nothing within 8 s",
        refuses: "connection refused",
        expired: "certificate has expired",
      };
      expect(node.roleFunctional.reasons.join()).toContain(said[wrong]);
    }
    const others = nodes.filter((node) => !locked.includes(node) && node.role === "compute");
    expect(others).toHaveLength(12);
    for (const node of others) expect(node.roleFunctional).toEqual({ answer: "yes", reasons: [] });
  });

  it("finds its nodes through Kubernetes, and each one's role by what it runs", async () => {
    const one = await powerOn("well");
    const { kube } = one.options;
    const nodes = kube ? await findNodes(kube) : [];
    expect(nodes.map(({ role }) => role)).toEqual(["", "", ""]);
    const verdict = await verify({ ...one.options, nodes });
    expect(verdict.nodes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "n1 gateway",
      "n2 compute",
      "n3 compute",
    ]);
  });

  it("runs one labelled pod for each role, and leaves none behind", async () => {
    const one = await powerOn("well");
    allowed = /^(POST|DELETE) \/api\/v1\/namespaces\/default\/pods/;
    const workload = {
      image: "spin",
      plainImage: "pause",
      namespace: "default",
      deadlineMs: 5000,
      pollMs: 50,
    };
    const verdict = await verify({ ...one.options, workload });
    expect(verdict.cluster).toEqual([]);
    expect(one.simulation.mutations().map((call) => call.split(" ")[0])).toEqual(
      expect.arrayContaining(["POST", "POST", "DELETE", "DELETE"]),
    );
    expect(one.simulation.mutations()).toHaveLength(4);
    expect(await one.options.kube?.pods("default")).toEqual([]);
  });
});

describe("the drift of a live cluster", () => {
  it("is nothing on a cluster that is as its roles say", async () => {
    const one = await powerOn("well");
    const drift = driftOf(one.options.roles, await observeAndJudge(one.options));
    expect(drift.counts).toEqual([]);
    expect(drift.nodes.flatMap(({ changes, unknown }) => [...changes, ...unknown])).toEqual([]);
  });

  it.each([
    ["A1", [{ kind: "extension", name: "spin", role: "v0.23.0", node: null }]],
    ["A2-waiting", [{ kind: "extension", name: "tailscale", role: null, node: "1.102.2" }]],
    ["B7", [{ kind: "module", name: "zfs", role: "listed", node: null }]],
    ["B9", [{ kind: "module", name: "drbd", role: "usermode_helper=disabled", node: "no parameters" }]],
    ["E6", [{ kind: "extension", name: "drbd", role: "9.3.3-v1.13.6", node: "9.2.16-v1.13.6" }]],
  ])("%s shows as what differs, on that node alone", async (row, changes) => {
    const one = await powerOn(row);
    const record = await readRecordedRoles(join(one.folder, "build-record.json"));
    const drift = driftOf(one.options.roles, await observeAndJudge({ ...one.options, record }));
    expect(drift.nodes.map((node) => node.changes)).toEqual([[], [], changes]);
    expect(drift.counts.length).toBe(row === "A2-waiting" ? 1 : 0);
    expect(driftReport(drift)).toContain("2 of 3 nodes are as their roles say.");
  });

  it("B1 and B2 show as a document that is missing, and one that nobody asked for", async () => {
    const one = await powerOn("B2");
    const drift = driftOf(one.options.roles, await observeAndJudge(one.options));
    expect(drift.nodes[0]?.changes).toEqual([
      { kind: "document", name: "tailscale", role: "ExtensionServiceConfig", node: null },
      { kind: "document", name: "ext-tailscale", role: null, node: "ExtensionServiceConfig" },
    ]);
  });
});
