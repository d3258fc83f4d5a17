import { describe, expect, it } from "vitest";
import type { Case, SeenBoot } from "../../src/cluster/causes/cause.ts";
import { findCauses } from "../../src/cluster/causes/find.ts";
import { known, type Observation, type ObservedService, unknown } from "../../src/cluster/observation.ts";
import { verdictOf } from "../../src/cluster/verdict.ts";
import type { ServiceContract } from "../../src/talos/contract.ts";
import { emptyContract } from "../../src/talos/contract.ts";
import { caseOf, observation } from "../helpers/observed.ts";

const rowsOf = (one: Case): string[] => findCauses(one).map(({ row }) => row);

const waitingService = (id: string, text: string): ObservedService => ({
  id,
  state: "Waiting",
  events: [{ state: "Waiting", message: `Waiting for ${text}`, at: 1 }],
});

const contractService = (name: string, extension: string, paths: string[] = []): ServiceContract => ({
  name,
  extension,
  restart: "always",
  waitsFor: { configuration: true, time: false, paths, services: [], network: [] },
});

describe("a service that waits for its document", () => {
  const withDocuments = (service: string, extension: string, names: string[]): Case =>
    caseOf(
      observation({
        extensions: known([{ name: extension, version: "1", author: "" }]),
        services: known([waitingService(`ext-${service}`, "extension service config")]),
        serviceConfigs: known(names.map((name) => ({ name, created: 1 }))),
      }),
      { expected: { contract: { ...emptyContract(), services: [contractService(service, extension)] } } },
    );

  it.each([
    ["nut-client", "B1"],
    ["cloudflared", "B1"],
    ["ext-tailscale", "B2"],
    ["tailscal", "B2"],
    ["Tailscale", "B2"],
  ])("with a document %s there is %s", (name, row) => {
    expect(rowsOf(withDocuments("tailscale", "tailscale", [name]))).toEqual([row]);
  });

  it("is told of the document meant for it, and not of others", () => {
    const [cause] = findCauses(withDocuments("tailscale", "tailscale", ["nut-client", "ext-tailscale"]));
    expect(cause?.row).toBe("B2");
    expect(JSON.stringify(cause)).not.toContain("nut-client");
  });

  it("may have got one of its extension's name", () => {
    expect(rowsOf(withDocuments("iscsid", "iscsi-tools", ["iscsi-tools"]))).toEqual(["B2"]);
  });
});

describe("a module whose name has a dash", () => {
  const contract = {
    ...emptyContract(),
    services: [contractService("persistenced", "nvidia", ["/dev/nvidia-uvm"])],
    modules: [{ name: "nvidia_uvm", release: "", dependsOn: [] }],
  };
  const waiting = (wanted: string[]): Case =>
    caseOf(
      observation({
        services: known([waitingService("ext-persistenced", 'file "/dev/nvidia-uvm" to exist')]),
        wantedModules: known(wanted.map((name) => ({ name, parameters: [] }))),
      }),
      { expected: { contract } },
    );

  it.each([
    [["nvidia-uvm"], "C1"],
    [["nvidia_uvm"], "C1"],
    [["nvidia"], "B7"],
  ])("listed as %j is %s", (wanted, row) => {
    expect(rowsOf(waiting(wanted))).toEqual([row]);
  });
});

describe("role functional", () => {
  const well: Partial<Observation> = {
    extensions: known([]),
    services: known([]),
    modules: known([{ name: "zfs", state: "live" }]),
    wantedModules: known([{ name: "zfs", parameters: [] }]),
    schematic: known(null),
    kubernetes: known({ nodename: "n1", ready: true, labels: { tier: "fast" } }),
  };
  const expected = {
    contract: { ...emptyContract(), modules: [{ name: "zfs", release: "", dependsOn: [] }] },
    labels: { tier: "fast" },
    schematic: "abc",
  };

  it("is yes where everything is known and well", () => {
    expect(verdictOf(caseOf(observation(well), { expected })).roleFunctional.answer).toBe("yes");
  });

  it.each(["extensions", "services", "modules", "wantedModules", "schematic", "kubernetes"])(
    "is unknown where %s is not known",
    (part) => {
      const one = caseOf(observation({ ...well, [part]: unknown("it does not say") }), { expected });
      expect(verdictOf(one).roleFunctional).toEqual({ answer: "unknown", reasons: ["it does not say"] });
    },
  );
});

describe("a gateway's device", () => {
  const gateway = (online: boolean | null): Case =>
    caseOf(
      observation({
        extensions: known([{ name: "tailscale", version: "1", author: "" }]),
        services: known([{ id: "ext-tailscale", state: "Running", events: [] }]),
        modules: known([]),
        wantedModules: known([]),
        tunnelUp: known(true),
      }),
      {
        expected: { router: { routes: ["10.0.0.0/8"], kernel: true } },
        device: known({
          name: "n1",
          addresses: ["100.64.0.1"],
          authorized: true,
          online,
          advertised: ["10.0.0.0/8"],
          approved: ["10.0.0.0/8"],
        }),
      },
    );

  it("that its control server does not hear of is a cause", () => {
    const verdict = verdictOf(gateway(false));
    expect(verdict.roleFunctional.answer).toBe("no");
    expect(verdict.causes).toMatchObject([{ row: "D4", title: expect.stringContaining("offline") }]);
  });

  it("is well where it is online, or nobody says", () => {
    for (const online of [true, null]) expect(verdictOf(gateway(online)).roleFunctional.answer).toBe("yes");
  });
});

describe("a reboot loop", () => {
  const looping = (gapSeconds: number, limitSeconds?: number): Case => {
    const boot = (bootId: string, started: number): SeenBoot => ({
      bootId,
      started,
      talos: "",
      extensions: {},
    });
    const labels =
      limitSeconds === undefined ? {} : { "talos-roles.io/lab-boot-limit-seconds": String(limitSeconds) };
    return caseOf(
      observation({
        machine: known({ stage: "booting" as const, ready: false, unmet: [] }),
        kubernetes: known({ nodename: "n1", ready: true, labels }),
      }),
      { boots: [boot("a", 1_000_000), boot("b", 1_000_000 + gapSeconds * 1000)] },
    );
  };

  it.each([
    ["a virtual machine", 4205, undefined, ["E9"]],
    ["a server whose firmware takes twenty minutes", 4200 + 1200, undefined, ["E9"]],
    ["somebody who reboots after an hour", 3600, undefined, []],
    ["somebody who reboots the next day", 86_400, undefined, []],
    ["a lab that gives 90 seconds", 95, 90, ["E9"]],
    ["such a lab on a slow computer", 300, 90, ["E9"]],
    ["a reboot within those 90 seconds", 60, 90, []],
    ["a lab, an hour later", 3600, 90, []],
  ])("%s", (_, gap, limit, rows) => {
    expect(rowsOf(looping(gap, limit))).toEqual(rows);
  });

  it("says how long each boot is given", () => {
    expect(findCauses(looping(4205))[0]?.title).toContain("every 70 minutes");
    expect(findCauses(looping(95, 90))[0]?.title).toContain("every 90 s");
  });
});
