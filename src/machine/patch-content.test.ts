import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigDocument, readConfig } from "../talos/config/document.ts";
import { modulesOf } from "../talos/config/modules.ts";
import { serviceDocuments, variableOf } from "../talos/config/service-documents.ts";
import type { MachineRequest } from "./model.ts";
import { machinePatches } from "./patches.ts";

import {
  apply,
  bare,
  nodeOf,
  parseRoles,
  read,
  requestFor,
  roleOf,
  rolesText,
  shown,
} from "./fixtures/patching.ts";
describe("what a patch holds", () => {
  const file = parseRoles(rolesText("v1.13.6"), "roles.yaml");
  const merged = (name: string, more: Partial<MachineRequest> = {}) =>
    apply(readConfig(bare, "b.yaml").documents, machinePatches(requestFor(file, name, more)).patches);
  const environment = (documents: readonly ConfigDocument[]) => {
    const [service] = serviceDocuments(documents);
    return Object.fromEntries(service!.environment.map(({ name, value }) => [name, value]));
  };

  it("the modules of the extensions, with the parameters that roles.yaml gives in place of the usual", () => {
    expect(modulesOf(merged("compute")).map(({ name, parameters }) => [name, ...parameters])).toEqual([
      ["drbd", "usermode_helper=disabled"],
      ["drbd_transport_tcp"],
      ["zfs"],
    ]);
    expect(modulesOf(merged("gateway")).map(({ written, parameters }) => [written, ...parameters])).toEqual([
      ["drbd", "usermode_helper=disabled", "allow_oos=1"],
      ["drbd_transport_tcp"],
      ["zfs"],
      ["nvme-tcp"],
    ]);
  });

  it("CozyStack's modules on a CozyStack cluster, each once", () => {
    const cozy = parseRoles(
      "cluster: {cozystack: v1.6.2}\nroles: {a: {extensions: [zfs, drbd]}}\n",
      "r.yaml",
    );
    const { patches } = machinePatches(requestFor(cozy, "a"));
    expect(modulesOf(read(patches[0]!.documents.slice(1))).map(({ name }) => name)).toEqual([
      "openvswitch",
      "drbd",
      "zfs",
      "spl",
      "vfio_pci",
      "vfio_iommu_type1",
      "drbd_transport_tcp",
    ]);
  });

  it("the router's environment", () => {
    expect(environment(merged("gateway"))).toEqual({
      TS_AUTHKEY: "secret",
      TS_AUTH_ONCE: "true",
      TS_ACCEPT_DNS: "false",
      TS_HOSTNAME: "gw",
      TS_ROUTES: "10.244.0.0/16,fd00:10::/64,10.96.0.0/16,fd00:11::/112",
      TS_EXTRA_ARGS: "--login-server=https://hs.test --advertise-tags=tag:gw",
    });
    expect(environment(merged("edge"))).toMatchObject({ TS_USERSPACE: "true", TS_ROUTES: "10.0.0.0/8" });
  });

  it("forwarding, where the kernel routes", () => {
    expect(shown(merged("gateway"))[0]).toMatchObject({
      machine: {
        sysctls: { "net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1", "vm.max_map_count": "1" },
      },
    });
    expect(shown(merged("edge"))[0]).not.toHaveProperty("machine.sysctls");
  });

  it("the node's own address for kubelet and etcd, and only on control planes for etcd", () => {
    const subnets = ["10.10.0.101/32", "::/0", "!fd7a:115c:a1e0::/48"];
    expect(shown(merged("gateway", { node: nodeOf(file, "n1") }))[0]).toMatchObject({
      machine: { kubelet: { nodeIP: { validSubnets: subnets } } },
      cluster: { etcd: { advertisedSubnets: subnets } },
    });
    const any = shown(merged("gateway"))[0];
    expect(any).toMatchObject({
      machine: {
        kubelet: {
          nodeIP: { validSubnets: ["0.0.0.0/0", "::/0", "!100.64.0.0/10", "!fd7a:115c:a1e0::/48"] },
        },
      },
    });
    expect(any).not.toHaveProperty("cluster.etcd");
    expect(shown(merged("compute"))[0]).not.toHaveProperty("machine.kubelet");
  });

  it("the spin class once: as a file, or inside a control plane's documents", () => {
    const request = requestFor(file, "compute");
    expect(machinePatches(request).manifests.map(({ object }) => object)).toEqual([
      {
        apiVersion: "node.k8s.io/v1",
        kind: "RuntimeClass",
        metadata: { name: "wasmtime-spin-v2" },
        handler: "spin",
        scheduling: { nodeSelector: { "talos-roles/spin": "true" } },
      },
    ]);
    const documents = { ...request, controlPlane: true, asDocuments: true };
    expect(machinePatches(documents).manifests).toEqual([]);
    expect(JSON.stringify(machinePatches(documents).patches)).toContain("KubeInlineManifestConfig");
  });

  it("a service that roles.yaml says nothing about is named", () => {
    const one = parseRoles("roles: {a: {extensions: [nut-client, zfs]}}\n", "r.yaml");
    expect(machinePatches(requestFor(one, "a")).unanswered).toEqual([
      { service: "nut-client", extension: "nut-client" },
    ]);
  });

  it("with `append`, nothing of the config is taken out", () => {
    const { patches } = machinePatches(requestFor(file, "gateway", { append: true }));
    expect(patches).toHaveLength(1);
    expect(JSON.stringify(patches)).not.toContain("$patch");
  });

  it("whatever a variable's name and value, the service gets it", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/),
        fc.string({ maxLength: 30 }),
        (name, value) => {
          const role = {
            ...roleOf(file, "power"),
            services: { x: { environment: { [name]: value }, files: [] } },
          };
          const { patches } = machinePatches({ ...requestFor(file, "power"), role });
          const service = serviceDocuments(read(patches[0]!.documents)).find((one) => one.name === "x");
          const got = variableOf(service!, name);
          // What looks like a template or an encrypted value stays unread by design.
          return got === undefined || got.value === undefined || got.value === value;
        },
      ),
    );
  });
});
