import { afterEach, describe, expect, it } from "vitest";
import { tailnetOf } from "../../src/cluster/tailnet.ts";
import { observeAndJudge } from "../../src/cluster/verify.ts";
import { whyOf } from "../../src/cluster/why.ts";
import { nodeCases } from "../../src/lab/node/cases.ts";
import { simulatedCluster, type SimulatedCluster } from "../helpers/simulated-cluster.ts";

// Each row as `lab simulate --case ROW` powers it on, with the files that it writes, asked as `why` asks.
let cluster: SimulatedCluster | undefined;
let net = 200;
afterEach(async () => {
  expect((await cluster?.close()) ?? []).toEqual([]);
  cluster = undefined;
});

// E5 to E7 are of the cluster, and A12 and E9 of more than one boot: cluster.test.ts, killed-watch.test.ts and causes.test.ts have them.
const elsewhere = new Set(["well", "E5", "E6", "E7", "A12", "E9"]);
const rows = Object.keys(nodeCases).filter((row) => !elsewhere.has(row));

describe("a simulated cluster with one node in a state of the taxonomy", () => {
  it.each(rows)("%s: that node has this cause, and no other node has any", async (row) => {
    net += 1;
    cluster = await simulatedCluster({ row, nodes: 3, net, speed: 100, settleMs: 1200 });
    const { verdict } = await observeAndJudge({ ...cluster.options, tailnet: tailnetOf(cluster.tailnet) });
    const causes = verdict.nodes.map((node) => whyOf(node)).map(({ cause, also }) => ({ cause, also }));
    const faulty = causes.filter(({ cause }) => cause !== null);
    expect(faulty).toEqual([{ cause: row.replace(/-.*/, ""), also: [] }]);
    expect(verdict.formed).toBe(false);
  });
});
