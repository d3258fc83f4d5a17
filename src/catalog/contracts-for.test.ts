import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { RolesError } from "../errors.ts";
import type { RolesEvent } from "../events.ts";
import { createRegistryClient } from "../oci/client.ts";
import { parseMirror } from "../oci/endpoint.ts";
import { isCompatible } from "../talos/compatibility.ts";
import { emptyContract } from "../talos/contract.ts";
import { contractsFor, type ContractSources } from "./contracts-for.ts";
import { fallbackContract, fallbackNames } from "./fallback-contracts.ts";
import { fallbackRows } from "./fallback-rows.ts";
import type { Lock, LockedExtension } from "./lock-model.ts";

const extension = (name: string): LockedExtension => ({
  repository: `ghcr.io/siderolabs/${name}`,
  tag: "1",
  digest: "sha256:0",
  manifest: "sha256:0",
  bytes: 1,
  name,
  version: "1",
  contract: { ...emptyContract(), criParts: [`${name}.part`] },
});

const image = extension("base");
const lock: Lock = {
  lockVersion: 1,
  rolesChecksum: "",
  talos: "v1.13.6",
  architectures: {
    arm64: {
      base: image,
      bootFiles: image,
      kernelRelease: "6.18.1-talos",
      extensions: { spin: extension("spin") },
    },
  },
  roles: {},
};

describe("contractsFor", () => {
  it("prefers the lock, by any spelling of the name", async () => {
    const found = await contractsFor(["siderolabs/spin"], "v1.13.6", { lock });
    expect(found.source).toBe("lock");
    expect(found.contracts["siderolabs/spin"]?.criParts).toEqual(["spin.part"]);
  });

  it("uses the table where the lock is for another Talos or lacks a name", async () => {
    expect((await contractsFor(["spin"], "v1.12.0", { lock })).source).toBe("table");
    const found = await contractsFor(["spin", "tailscale"], "v1.13.6", { lock });
    expect(found.source).toBe("table");
    expect(found.contracts["tailscale"]?.services[0]?.waitsFor.configuration).toBe(true);
  });

  it("says which names it knows nothing about", async () => {
    const found = await contractsFor(["drbd", "ghcr.io/acme/tool:v1"], "v1.13.6", {});
    expect(found.unknown).toEqual(["ghcr.io/acme/tool:v1"]);
    expect(Object.keys(found.contracts)).toEqual(["drbd"]);
  });
});

describe("contractsFor with a registry", () => {
  let upstream: SmallUpstream;
  beforeAll(async () => {
    upstream = await smallUpstream();
  });
  afterAll(() => upstream.close());
  const ask = (names: string[], talos = "v1.13.6", more: Partial<ContractSources["registry"]> = {}) =>
    contractsFor(names, talos, { registry: { client: upstream.client, ...more } });

  it("reads the images, in any spelling of the names, and says what nobody knows", async () => {
    const found = await ask(["siderolabs/zfs", "tailscale", "nebula", "ghcr.io/acme/tool:v1"]);
    expect(found.source).toBe("registry");
    expect(found.contracts["siderolabs/zfs"]?.services[0]).toMatchObject({ name: "zfs-service" });
    expect(found.contracts["tailscale"]?.services[0]?.waitsFor.configuration).toBe(true);
    expect(found.unknown).toEqual(["nebula", "ghcr.io/acme/tool:v1"]);
  });

  it("is not asked where the lock knows", async () => {
    upstream.registry.requests.length = 0;
    const registry = { client: upstream.client };
    expect((await contractsFor(["spin"], "v1.13.6", { lock, registry })).source).toBe("lock");
    expect(upstream.registry.requests).toEqual([]);
    expect((await contractsFor(["spin", "zfs"], "v1.13.6", { lock, registry })).source).toBe("registry");
  });

  it("gives way to the table, and says so, where it cannot be reached or has no list", async () => {
    const events: RolesEvent[] = [];
    const emit = (event: RolesEvent) => void events.push(event);
    const down = createRegistryClient({
      mirrors: [parseMirror("ghcr.io=http://127.0.0.1:9")],
      retries: { attempts: 1 },
    });
    expect((await ask(["zfs"], "v1.13.6", { client: down, emit })).source).toBe("table");
    expect((await ask(["zfs"], "v1.12.0", { emit })).source).toBe("table");
    expect(events).toHaveLength(2);
    await down.close();
  });

  it("never gives way where content is not what its digest says", async () => {
    const blob = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new RolesError("DIGEST_MISMATCH", "changed")),
      }),
    });
    await expect(ask(["zfs"], "v1.13.6", { client: { ...upstream.client, blob } })).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });
  });
});

describe("the fallback table", () => {
  it("has what the founding roles need", () => {
    expect(fallbackContract("zfs", "v1.13.6")?.services[0]).toMatchObject({
      name: "zfs-service",
      extension: "zfs",
      restart: "untilSuccess",
      waitsFor: { paths: ["/dev/zfs"] },
    });
    expect(fallbackContract("drbd", "v1.9.0")?.modules[0]?.name).toBe("drbd");
  });

  it("changes with the Talos version", () => {
    const waits = (version: string) => fallbackContract("bird2", version)?.services[0]?.waitsFor.network;
    expect(waits("v1.12.3")).toEqual(["addresses", "etcfiles", "hostname"]);
    expect(waits("v1.13.0")).toEqual([]);
    expect(fallbackContract("bird2", "v1.11.0")).toBeUndefined();
  });

  it("has one row for a name and a version, each with a source, and services in the order of a computed contract", () => {
    for (const version of ["v1.9.0", "v1.10.0", "v1.11.0", "v1.12.0", "v1.13.0", "v1.14.0"]) {
      for (const name of fallbackNames()) {
        const rows = fallbackRows.filter(
          (row) => row.extension === name && isCompatible(row.talos, version, row.source),
        );
        expect(rows.length).toBeLessThanOrEqual(1);
        expect(rows.every((row) => row.source.includes("/"))).toBe(true);
        const services = fallbackContract(name, version)?.services.map((service) => service.name) ?? [];
        expect(services).toEqual([...services].sort());
      }
    }
  });
});
