import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RolesError } from "../errors.ts";
import { parseServiceSpec, serviceContract } from "./service-spec.ts";

const tailscale = `
name: tailscale
container:
  entrypoint: /usr/local/bin/containerboot
  environment:
    - TS_STATE_DIR=/var/lib/tailscale
  mounts:
    - source: /dev/net/tun
      destination: /dev/net/tun
      type: bind
      options: [bind, rw]
depends:
  - service: cri
  - network:
      - addresses
      - connectivity
      - etcfiles
  - configuration: true
restart: always
`;

const code = (yaml: string) => {
  try {
    parseServiceSpec(yaml, "a.yaml");
  } catch (error) {
    return error instanceof RolesError ? `${error.code} ${error.message}` : "not a RolesError";
  }
  return "accepted";
};
const spec = (rest: string) => `name: a\ncontainer: {entrypoint: x}\nrestart: always\n${rest}`;

describe("parseServiceSpec", () => {
  it("reads what the service waits for", () => {
    const parsed = parseServiceSpec(tailscale, "tailscale.yaml");
    expect(parsed.mounts[0]?.options).toEqual(["bind", "rw"]);
    expect(serviceContract(parsed, "tailscale")).toEqual({
      name: "tailscale",
      extension: "tailscale",
      waitsFor: {
        configuration: true,
        time: false,
        paths: [],
        services: ["cri"],
        network: ["addresses", "connectivity", "etcfiles"],
      },
      restart: "always",
    });
  });

  it("counts the deprecated environment file as a path to wait for", () => {
    const yaml =
      "name: a\ncontainer: {entrypoint: x, environmentFile: /var/env}\nrestart: never\ndepends: [{path: /dev/zfs}]";
    expect(parseServiceSpec(yaml, "a.yaml").waitsFor.paths).toEqual(["/var/env", "/dev/zfs"]);
  });

  it("reads bool words and keys it does not know as Talos does", () => {
    const parsed = parseServiceSpec(
      spec("depends: [{configuration: yes}, {time: on}]\nlogToConsole: true\nfuture: 1"),
      "a",
    );
    expect(parsed.waitsFor).toMatchObject({ configuration: true, time: true });
  });

  it.each([
    ["Name: a", "name"],
    ["name: A\ncontainer: {entrypoint: x}\nrestart: always", "name"],
    ["name: a\ncontainer: {}\nrestart: always", "entrypoint"],
    ["name: a\ncontainer: {entrypoint: x}", "restart"],
    ["name: a\ncontainer: {entrypoint: x}\nrestart: sometimes", "restart"],
    [spec("depends: [{time: false}]"), "exactly one"],
    [spec("depends: [{service: cri, path: /dev/zfs}]"), "exactly one"],
    [spec("depends: [{path: dev/zfs}]"), "absolute"],
    [spec("depends: [{network: [internet]}]"), "network condition"],
    [spec("depends: [{configuration: perhaps}]"), "true or false"],
    [spec("restart: never"), "YAML"],
    ["a: [", "YAML"],
    ["- a", "document"],
    ["", "name"],
  ])("refuses %j", (yaml, reason) => {
    expect(code(yaml)).toContain("EXTENSION_INVALID");
    expect(code(yaml)).toContain(reason);
  });

  it("survives any text with a coded error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(spec)), (yaml) => {
        expect(code(yaml)).toMatch(/^(accepted|EXTENSION_INVALID)/);
      }),
    );
  });
});
