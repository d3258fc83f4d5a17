import { PassThrough } from "node:stream";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type * as Clock from "../node/clock.ts";
import type { GuestLink, Reply } from "./guest-link.ts";
import { type MachineNode, startMachineNode } from "./machine-node.ts";

// Machines that are not there: a guest that answers as one does whose services all run. Time passes a hundred times as fast.
const machines: { disk: string; off(): void }[] = [];
/** Which files of /usr/local/etc/containers the image of a disk has. */
const services: Record<string, Record<string, string>> = {
  "compute.img": {},
  "gateway.img": {
    "tailscale.yaml":
      "name: tailscale\ncontainer: {entrypoint: /x}\ndepends: [{configuration: true}]\nrestart: always\n",
  },
};
let silent = 0;
vi.mock("../node/clock.ts", async (original) => {
  const own = await original<typeof Clock>();
  return { ...own, scaledClock: () => own.scaledClock(100) };
});
vi.mock("./ephemeral-disk.ts", () => ({ makeEphemeralDisk: () => Promise.resolve() }));
vi.mock("./machine.ts", () => ({
  startMachine: ({ disk }: { disk: string }) => {
    if (silent > 0) {
      silent -= 1;
      return Promise.reject(new Error("the machine said nothing"));
    }
    let off = (): void => {};
    const ended = new Promise<void>((resolve) => {
      off = resolve;
    });
    machines.push({ disk, off });
    return Promise.resolve({
      hello: { kernelRelease: "6.1.0", machine: "aarch64" },
      link: guest(services[disk] ?? {}),
      pid: 1,
      console: () => "",
      ended,
      stop: () => (off(), Promise.resolve()),
    });
  },
}));

const config = "version: v1alpha1\nmachine: {type: worker, network: {hostname: n1}}\n";
const survey =
  "= network\naddress\nconnectivity\nhostname\netcFiles\n= clock\n4000000000\n= links\neth0\n= modules\n= forwarding\n0\n";

function guest(files: Record<string, string>): GuestLink {
  const good = (text = ""): Reply => ({ ok: true, text });
  const read = (path = ""): Reply => {
    if (path === "/proc/cmdline") return good("talos.config=http://10.0.2.2:1/machines/n1/config.yaml");
    if (path === "/etc/extensions.yaml")
      return good("layers:\n- image: 0.sqsh\n  metadata: {name: one, version: v1}\n");
    return good(files[path.split("/").at(-1) ?? ""] ?? "");
  };
  const answers: Record<string, (word?: string) => Reply> = {
    read,
    list: () => good(Object.keys(files).join("\n")),
    fetch: () => good(config),
    survey: () => good(survey),
    start: () => good("100"),
  };
  return {
    hello: Promise.resolve({ kernelRelease: "6.1.0", machine: "aarch64" }),
    ask: (verb, word) => Promise.resolve(answers[verb]?.(word) ?? good()),
    onExit: () => {},
    close: () => {},
  };
}

const folder = await mkdtemp(join(tmpdir(), "machine-node-"));
let node: MachineNode | undefined;
const said: string[] = [];
afterEach(async () => {
  node?.stop();
  await node?.stopped;
  machines.length = 0;
  said.length = 0;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(): MachineNode {
  node = startMachineNode({
    name: "n1",
    address: "10.10.0.101",
    arch: "arm64",
    talosVersion: "v1.13.6",
    controlPlane: false,
    image: { role: "compute", disk: "compute.img" },
    folder,
    memoryMiB: 512,
    network: { uplink: "", lan: "" },
    configUrl: "http://10.0.2.2:1/machines/n1/config.yaml",
    apiServer: "http://10.0.2.2:1",
    kubernetesReady: () => true,
    members: () => [],
    setLabels: () => {},
    onLan: () => new PassThrough(),
    onConsole: () => {},
    say: (text) => void said.push(text),
    bootLimitMs: 60_000,
  });
  return node;
}

const runs = (one: MachineNode, boots: number, role: string) =>
  vi.waitFor(
    () => {
      expect([one.history().length, one.imageRole(), one.boot()?.stage()]).toEqual([boots, role, "running"]);
    },
    { timeout: 20_000, interval: 20 },
  );

describe("a node whose machine runs in QEMU", { timeout: 60_000 }, () => {
  it("boots, and boots again when the machine goes off or it is told to", async () => {
    const one = start();
    await runs(one, 1, "compute");
    machines[0]?.off();
    await runs(one, 2, "compute");
    one.restart();
    await runs(one, 3, "compute");
    expect(machines.map(({ disk }) => disk)).toEqual(Array(3).fill("compute.img"));
    expect(said).toEqual(["it went off by itself: it boots again", "it boots again, as it was told"]);
  });

  it("falls back after an upgrade whose boot fails at the limit, and stays with what runs", async () => {
    const one = start();
    await runs(one, 1, "compute");
    one.restart({ role: "gateway", disk: "gateway.img" });
    await vi.waitFor(() => expect(one.imageRole()).toBe("gateway"));
    await runs(one, 3, "compute");
    expect(machines.map(({ disk }) => disk)).toEqual(["compute.img", "gateway.img", "compute.img"]);
    expect(said).toEqual([
      "it boots again, as it was told",
      "its boot failed: it boots again",
      "the upgrade is undone: it boots the image of compute again",
    ]);
  });

  it("says why a machine did not come up, and tries again", async () => {
    silent = 1;
    const one = start();
    await runs(one, 1, "compute");
    expect(said).toEqual(["Error: the machine said nothing"]);
  });

  it("is off for good once it is stopped", async () => {
    const one = start();
    await runs(one, 1, "compute");
    one.stop();
    await one.stopped;
    expect([one.machine(), one.boot()]).toEqual([undefined, undefined]);
    expect(machines).toHaveLength(1);
  });
});
