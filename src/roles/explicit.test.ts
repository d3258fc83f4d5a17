import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { explicitRoles } from "./explicit.ts";
import { parseRoles } from "./load.ts";
import type { RolesFile } from "./model.ts";

/** Without what changes when a file is written anew. */
const essence = (file: RolesFile): unknown =>
  JSON.parse(JSON.stringify(file, (key, value: unknown) => (key === "position" ? undefined : value)));

describe("explicitRoles", () => {
  it.each([
    "roles: {a: {}}",
    "roles: {a: {subnetRouter: {routes: [pods]}}, b: {like: a, subnetRouter: false, count: {min: 1, max: 4}}}",
    `cluster: {cozystack: v1.6.2, arch: [arm64, amd64], network: {join: 172.31.0.0/16}, registries: {docker.io: ["https://m"]}}
images: {diskSize: 9GiB, sectorSize: 4096, outputs: [iso]}
roles:
  a: {arch: amd64, extensions: [drbd], kernelArgs: [-quiet], meta: [{key: 10, value: x}], embeddedConfig: e.yaml}
  b: {like: a, services: {nut-client: {environment: {A: {env: B}}}}, modules: [{name: zfs}], labels: {x: "1"}, sysctls: {y: "0"}}
nodes: [{name: n1, address: 10.0.0.1, role: a, mac: "52:54:00:12:34:56"}]
signatures:
  - {images: x, issuer: "https://i", identity: /y$/, trustedRoot: r.json}
  - {images: x, publicKey: k.pub}
silenced: [{rule: a-b, reason: long enough a reason}]
`,
  ])("written out and loaded again, the roles are the same: %#", (text) => {
    const file = parseRoles(text, "roles.yaml").roles;
    const again = parseRoles(stringify(explicitRoles(file)), "roles.yaml").roles;
    expect(essence(again)).toEqual(essence(file));
    expect(explicitRoles(again)).toEqual(explicitRoles(file));
  });
});
