import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Case, Expected, SeenBoot, TailnetDevice } from "../../src/cluster/causes/cause.ts";
import { known } from "../../src/cluster/observation.ts";
import { observe } from "../../src/cluster/observe.ts";
import { addBoot } from "../../src/cluster/seen-boots.ts";
import { verdictOf, type Verdict } from "../../src/cluster/verdict.ts";
import { type CertificateAuthority, makeCertificateAuthority } from "../../src/formats/certificates.ts";
import { nodeHandlers } from "../../src/lab/node/api.ts";
import { tailnetAddress } from "../../src/lab/node/case-parts.ts";
import {
  computeExtensions,
  gatewayExtensions,
  nodeCases,
  optionsOf,
  startCase,
} from "../../src/lab/node/cases.ts";
import { steppedClock } from "../../src/lab/node/clock.ts";
import { talosClient } from "../../src/talos/api/client.ts";
import { startTalosServer } from "../../src/talos/api/server.ts";

let ca: CertificateAuthority;
let credentials: { certificate: string; key: string };
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  ca = await makeCertificateAuthority();
  credentials = await ca.client({ organizations: ["os:reader"] });
});
afterAll(async () => {
  for (const close of closers) await close();
});

/** Rows in which the image is at fault are held against the role; the others against what their own image promises. */
function roleExtensions(row: string) {
  if (row === "A12") return gatewayExtensions;
  if (row.startsWith("A") || row === "E6") return computeExtensions;
  return optionsOf(nodeCases[row] ?? {}, { name: "n", address: "a", clock: steppedClock() }).image.extensions;
}

function expectedFor(row: string): Expected {
  const role = roleExtensions(row);
  const gateway = role.some(({ name }) => name === "tailscale");
  return {
    role: gateway ? "gateway" : "compute",
    extensions: role.map(({ name, version }) => ({ name, version })),
    contract: {
      services: role.flatMap(({ name, services }) =>
        services.map((one) => ({
          name: one.name,
          extension: name,
          waitsFor: one.waitsFor,
          restart: one.restart,
        })),
      ),
      modules: ["drbd", "spl", "zfs"].map((name) => ({ name, release: "6.18.44-talos", dependsOn: [] })),
      criParts: ["10-spin.part"],
      firmwareBytes: 0,
      emptyOn: [],
    },
    talosVersion: "v1.13.6",
    labels: {},
    pods: ["10.244.0.0/16"],
    services: ["10.96.0.0/16"],
    handlers: ["spin"],
    ...(gateway
      ? { router: { routes: ["10.244.0.0/16", ...(row === "B12" ? ["fd00::/64"] : [])], kernel: true } }
      : {}),
  };
}

/** The gateway's device as its tailnet tells of it: approved for all it needs, but for the one row that is about that. */
const deviceFor = (row: string): TailnetDevice => ({
  name: "n1",
  addresses: [tailnetAddress],
  authorized: true,
  online: true,
  advertised: ["10.244.0.0/16", "fd00::/64"],
  approved: row === "D5" ? [] : ["10.244.0.0/16", "fd00::/64"],
});

/** Rows that only the boots of a node tell apart: they are looked at in two of them. */
const overBoots = new Set(["A12", "E9"]);
const bootMinutes = 72;

async function judge(row: string): Promise<Verdict> {
  const clock = steppedClock(Date.UTC(2026, 0, 1));
  const node = startCase(nodeCases[row] ?? {}, { name: "n1", address: "127.0.0.1", clock });
  await clock.advance(60_000);
  const server = await startTalosServer({
    handlers: nodeHandlers(node),
    identity: await ca.server({ names: ["127.0.0.1"] }),
    ca: ca.certificate,
  });
  const endpoint = `127.0.0.1:${server.port}`;
  const context = {
    name: "t",
    endpoints: [endpoint],
    nodes: [],
    ca: ca.certificate,
    expires: new Date(),
    ...credentials,
  };
  const client = talosClient({ context });
  closers.push(
    () => client.close(),
    () => server.close(),
    () => node.stop(),
  );
  const expected = expectedFor(row);
  const look = () =>
    observe(client.node(endpoint), {
      now: () => clock.now(),
      services: expected.contract.services.map(({ name }) => `ext-${name}`),
    });
  let boots: SeenBoot[] = [];
  if (overBoots.has(row)) {
    boots = addBoot(boots, await look());
    await clock.advance(bootMinutes * 60_000);
  }
  const observation = await look();
  expect(server.mutations).toEqual([]);
  const one: Case = {
    observation,
    boots: addBoot(boots, observation),
    expected,
    device: known(deviceFor(row)),
    runtimeClasses: known(["spin"]),
  };
  return verdictOf(one);
}

// From the taxonomy's own columns: what keeps Talos' boot from completing, and what the Kubernetes node from being ready.
const blocking = new Set(
  "A2-waiting A4 A9 A10 B1 B2 B6 B7 B11 B13 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 E1".split(" "),
);
const notReady = new Set("A10 B11 C7 C8 C9 C13 E1 E2".split(" "));
// Rows of the cluster, not of a node; they are tried on clusters, in cluster.test.ts.
const ofCluster = new Set(["E5", "E7", "E8"]);
const rows = Object.keys(nodeCases).filter((row) => row !== "well" && !ofCluster.has(row));

describe("a node in each state of the taxonomy, read through its API", () => {
  it("that is well has three times yes and no cause", async () => {
    expect(await judge("well")).toMatchObject({
      kubernetesReady: { answer: "yes" },
      bootCompletes: { answer: "yes" },
      roleFunctional: { answer: "yes" },
      causes: [],
    });
  });

  it("covers every row that a live node can show", () => {
    const lettered = (letter: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
    const all = [
      ...lettered("A", 12),
      ...lettered("B", 14),
      ...lettered("C", 14),
      ...lettered("D", 11),
      ...lettered("E", 9),
    ];
    const unseen = ["A3", "A7", "A11", "B3", "B10", "D11"];
    expect(all.filter((row) => !(row in nodeCases))).toEqual(unseen);
  });

  it.each(rows)("%s is recognised, and no other row is blamed", async (row) => {
    const verdict = await judge(row);
    expect([...new Set(verdict.causes.map((cause) => cause.row))]).toEqual([row.replace(/-.*/, "")]);
    expect(verdict.roleFunctional.answer).toBe("no");
    // A failed once is latched as up only if it ever ran; a hanging start may still end.
    if (row === "E9") expect(verdict.bootCompletes.answer).toBe("unknown");
    else if (row !== "D2") expect(verdict.bootCompletes.answer).toBe(blocking.has(row) ? "no" : "yes");
    expect(verdict.kubernetesReady.answer).toBe(notReady.has(row) ? "no" : "yes");
    const cause = verdict.causes[0];
    expect(cause?.patch ?? cause?.advice ?? "").not.toBe("");
    expect(cause?.evidence.length).toBeGreaterThan(0);
  });
});
