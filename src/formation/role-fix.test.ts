import { describe, expect, it } from "vitest";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { smallestDocument } from "../machine/smallest-document.ts";
import type { Profile } from "./model.ts";
import { isPlaceholder } from "./placeholder.ts";
import { roleExtensions } from "./role-extensions.ts";
import { serviceFix } from "./role-fix.ts";

const digest = `sha256:${"a".repeat(64)}`;
const references = [
  "zfs",
  "siderolabs/drbd",
  "ghcr.io/acme/watcher:v1",
  "registry.test:5000/acme/agent:v1",
  `ghcr.io/acme/pinned@${digest}`,
];
const [role] = rolesOf(
  `cluster: {talos: v1.13.6, arch: arm64}\nroles: {gateway: {extensions: [${references.map((one) => `"${one}"`).join(", ")}]}}\n`,
).roles;
const profile = { rendered: true, role } as Profile;

describe("serviceFix", () => {
  it("is the document itself where configs are files of their own", () => {
    expect(serviceFix({ ...profile, rendered: false }, "tailscale")).toBe(smallestDocument("tailscale"));
    const { role: _, ...without } = profile;
    expect(serviceFix(without, "tailscale")).toBe(smallestDocument("tailscale"));
    expect(smallestDocument("tailscale")).toContain("kind: ExtensionServiceConfig");
  });

  it.each([
    [
      "tailscale",
      "roles:\n  gateway:\n    services:\n      tailscale:\n        environment:\n          TS_AUTHKEY:\n            env: TS_AUTHKEY\n          TS_AUTH_ONCE: true\n",
    ],
    [
      "lldpd",
      "roles:\n  gateway:\n    services:\n      lldpd:\n        files:\n          - mountPath: /usr/local/etc/lldpd/lldpd.conf\n            content: |\n              configure lldp portidsubtype ifname\n",
    ],
    [
      "acme",
      "roles:\n  gateway:\n    services:\n      acme:\n        environment:\n          SETTING:\n            env: SETTING\n",
    ],
  ])("is what to write in roles.yaml where they are made from it: %s", (service, text) => {
    expect(serviceFix(profile, service).replaceAll('"', "")).toBe(text);
  });
});

it("a role's extensions are found in an image by the last part of their reference", () => {
  expect(roleExtensions(role!)).toEqual(["zfs", "drbd", "watcher", "agent", "pinned"]);
});

it.each([
  ["changeme", true],
  ["CHANGEME", true],
  ["todo", true],
  ["xxx", true],
  ["xxxxx", true],
  ["<key>", true],
  ["<>", true],
  ["xx", false],
  ["changeme1", false],
  ["a todo", false],
  ["<key>.", false],
  ["k<key>", false],
  ["tskey-auth-xxx", false],
  ["", false],
])("%j is a placeholder: %s", (value, is) => expect(isPlaceholder(value)).toBe(is));
