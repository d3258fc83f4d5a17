import type { Expected } from "../../src/cluster/causes/cause.ts";
import { known, unknown } from "../../src/cluster/observation.ts";
import { observe } from "../../src/cluster/observe.ts";
import { addBoot } from "../../src/cluster/seen-boots.ts";
import { verdictOf, type Verdict } from "../../src/cluster/verdict.ts";
import { makeCertificateAuthority } from "../../src/formats/certificates.ts";
import type { NodeInput, Profile } from "../../src/formation/model.ts";
import { subjectOf } from "../../src/formation/subject.ts";
import { nodeHandlers } from "../../src/lab/node/api.ts";
import { steppedClock } from "../../src/lab/node/clock.ts";
import { nodeOptionsOf } from "../../src/lab/node/from-profile.ts";
import { startNode } from "../../src/lab/node/node.ts";
import type { RolesFile } from "../../src/roles/model.ts";
import { talosClient } from "../../src/talos/api/client.ts";
import { startTalosServer } from "../../src/talos/api/server.ts";
import { emptyContract } from "../../src/talos/contract.ts";

/** Powers on a node with the config and the image that were judged, and judges what its API shows. */
export type PowerOn = (node: NodeInput, roles: RolesFile | undefined) => Promise<Verdict>;

/** Certificates are made once for all nodes. Errors: the node was asked to change something. */
export async function powerOn(): Promise<PowerOn> {
  const ca = await makeCertificateAuthority();
  const credentials = await ca.client({ organizations: ["os:reader"] });
  const identity = await ca.server({ names: ["127.0.0.1"] });
  return async (node, roles) => {
    const clock = steppedClock(Date.UTC(2026, 0, 1));
    const machine = startNode(nodeOptionsOf(node, { roles, clock }));
    // Nothing that a service waits for appears later than this by itself.
    await clock.advance(120_000);
    const server = await startTalosServer({ handlers: nodeHandlers(machine), identity, ca: ca.certificate });
    const endpoint = `127.0.0.1:${server.port}`;
    const place = { name: "t", endpoints: [endpoint], nodes: [], ca: ca.certificate, expires: new Date() };
    const client = talosClient({ context: { ...place, ...credentials } });
    try {
      const expected = expectedOf(node.profile, roles);
      const observation = await observe(client.node(endpoint), {
        now: () => clock.now(),
        services: expected.contract.services.map(({ name }) => `ext-${name}`),
      });
      if (server.mutations.length > 0) throw new Error(`it was changed: ${server.mutations.join()}`);
      return verdictOf({
        observation,
        boots: addBoot([], observation),
        expected,
        device: unknown("no tailnet was asked"),
        runtimeClasses: known(["spin"]),
      });
    } finally {
      client.close();
      machine.stop();
      await server.close();
    }
  };
}

function expectedOf(profile: Profile, roles: RolesFile | undefined): Expected {
  const { contract, extensions } = subjectOf(profile, roles);
  const own = new Set(profile.role?.extensions ?? extensions.map(({ name }) => name));
  const router = profile.role?.subnetRouter;
  return {
    role: profile.role?.name ?? "node",
    extensions: [...own].map((name) => ({ name })),
    contract: {
      ...emptyContract(),
      ...contract,
      services: contract.services.filter(({ extension }) => own.has(extension)),
    },
    talosVersion: profile.talos ?? profile.image.talos ?? "v1.13.6",
    labels: {},
    pods: roles?.cluster.network.pods ?? ["10.244.0.0/16"],
    services: roles?.cluster.network.services ?? ["10.96.0.0/12"],
    handlers: contract.criParts.includes("10-spin.part") ? ["spin"] : [],
    ...(router ? { router: { routes: router.routes, kernel: router.mode === "kernel" } } : {}),
  };
}
