import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configPath, type GuestDoor, modulePath, openGuestDoor } from "./guest-door.ts";

const heard: [string, string][] = [];
let door: GuestDoor;
beforeAll(async () => {
  door = await openGuestDoor({
    config: (machine) =>
      machine === "broken"
        ? Promise.reject(new Error("disk"))
        : Promise.resolve(machine === "n1" ? "machine: {}\n" : undefined),
    module: new Uint8Array([0, 0x61, 0x73, 0x6d]),
    heartbeat: (machine, body) => (heard.push([machine, body]), machine === "n1" ? "pod hello\n" : undefined),
  });
});
afterAll(() => door.close());

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${door.port}${path}`, init);

describe("what machines fetch from this computer", () => {
  it("is a machine's own config, and the module of the pods", async () => {
    const config = await ask(configPath("n1"));
    expect([config.status, await config.text()]).toEqual([200, "machine: {}\n"]);
    expect(Buffer.from(await (await ask(modulePath)).arrayBuffer()).toString("latin1")).toBe("\0asm");
  });

  it("is what a kubelet is to do, in answer to its heartbeat", async () => {
    const beat = await ask("/nodes/n1/heartbeat", { method: "POST", body: "pod hello running\n" });
    expect([beat.status, await beat.text()]).toEqual([200, "pod hello\n"]);
    expect(heard).toEqual([["n1", "pod hello running\n"]]);
    expect((await ask("/nodes/stranger/heartbeat", { method: "POST", body: "" })).status).toBe(404);
  });

  it.each([
    ["a machine that there is not", configPath("n9"), {}],
    ["a config that cannot be read", configPath("broken"), {}],
    ["a path that leads elsewhere", "/machines/..%2f..%2fetc/passwd", {}],
    ["another path", "/", {}],
    ["a heartbeat that is asked for", "/nodes/n1/heartbeat", {}],
    ["a config that is sent", configPath("n1"), { method: "POST", body: "x" }],
    ["a heartbeat without end", "/nodes/n1/heartbeat", { method: "POST", body: "x".repeat(200_000) }],
  ])("is nothing for %s", async (_what, path, init) => {
    const before = heard.length;
    const status = await ask(path, init).then(
      (answer) => answer.status,
      () => 404,
    );
    expect([status, heard.length]).toEqual([404, before]);
  });
});
