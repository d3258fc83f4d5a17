import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RolesError } from "../../errors.ts";
import { decode, encode, eventTypeName, packEvent } from "./codec.ts";
import { packages } from "./messages.ts";
import type { SequenceEvent, ServiceListResponse, WatchRequest } from "./types.ts";

const names = Object.entries(packages).flatMap(([name, messages]) =>
  Object.keys(messages).map((message) => `${name}.${message}`),
);

describe("codec", () => {
  it("writes the bytes protobuf asks for", () => {
    // field 1 (string) of VersionInfo: tag 0x0a, length, text; field 6: tag 0x32
    expect(encode("machine.VersionInfo", { tag: "v1", arch: "arm64" }).toString("hex")).toBe(
      "0a027631320561726d3634",
    );
  });

  it("reads what it wrote, nested and repeated", () => {
    const services = [
      {
        id: "ext-tailscale",
        state: "Waiting",
        events: { events: [{ msg: "Waiting for x", state: "Waiting" }] },
      },
    ];
    const read = decode<ServiceListResponse>(
      "machine.ServiceListResponse",
      encode("machine.ServiceListResponse", { messages: [{ services }] }),
    );
    expect(read.messages[0]?.services[0]).toMatchObject(services[0] ?? {});
  });

  it("keeps an absent watch id apart from an empty one", () => {
    const absent = decode<WatchRequest>(
      "cosi.resource.WatchRequest",
      encode("cosi.resource.WatchRequest", { type: "x" }),
    );
    const present = decode<WatchRequest>(
      "cosi.resource.WatchRequest",
      encode("cosi.resource.WatchRequest", { type: "x", id: "" }),
    );
    expect(absent.id).toBeUndefined();
    expect(present.id).toBe("");
  });

  it("packs events under Talos' own type address", () => {
    const packed = packEvent("machine.SequenceEvent", { sequence: "boot", action: 2 });
    expect(packed.typeUrl).toBe("talos/runtime/machine.SequenceEvent");
    expect(eventTypeName(packed.typeUrl)).toBe("machine.SequenceEvent");
    expect(decode<SequenceEvent>("machine.SequenceEvent", packed.value)).toMatchObject({
      sequence: "boot",
      action: 2,
    });
    expect(eventTypeName("")).toBeUndefined();
  });

  it.each(names)("%s survives any bytes", (name) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(name, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RolesError);
        }
      }),
      { numRuns: 50 },
    );
  });
});
