import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPrivateKey } from "node:crypto";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificateAuthority } from "../../formats/certificates.ts";
import { endpointAddress, expiryWarning, loadTalosconfig, talosconfigPaths } from "./talosconfig.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "talosconfig-"));
});
afterAll(() => rm(folder, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function write(
  change: (context: Record<string, unknown>) => object = (context) => context,
): Promise<string> {
  const ca = await makeCertificateAuthority();
  const { certificate, key } = await ca.client({
    organizations: ["os:reader"],
    expires: new Date("2031-02-03T00:00:00Z"),
  });
  const context = {
    target: "10.0.0.1",
    endpoints: ["10.0.0.2"],
    nodes: ["10.0.0.3"],
    ca: base64(ca.certificate),
    crt: base64(certificate),
    // As Talos labels it, which OpenSSL does not read.
    key: base64(key.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")),
  };
  const path = join(folder, `${Math.random()}.yaml`);
  await writeFile(path, stringify({ context: "moon", contexts: { moon: change(context) } }));
  return path;
}

describe("loadTalosconfig", () => {
  it("reads the current context, folds the old target in, and makes the key one that TLS takes", async () => {
    const context = await loadTalosconfig({ path: await write() });
    expect(context).toMatchObject({ name: "moon", endpoints: ["10.0.0.1", "10.0.0.2"], nodes: ["10.0.0.3"] });
    expect(context.expires.toISOString()).toBe("2031-02-03T00:00:00.000Z");
    expect(createPrivateKey(context.key).asymmetricKeyType).toBe("ed25519");
  });

  it("names the contexts it has when asked for another", async () => {
    const path = await write();
    await expect(loadTalosconfig({ path, context: "mars" })).rejects.toMatchObject({
      code: "TALOSCONFIG_INVALID",
      hint: expect.stringContaining("moon"),
    });
  });

  it.each([
    ["a key that is not PEM", { key: base64("hunter2secret") }],
    [
      "a certificate that is not one",
      { crt: base64("-----BEGIN CERTIFICATE-----\nhunter2secret\n-----END CERTIFICATE-----\n") },
    ],
    ["a list where text belongs", { key: ["hunter2secret"] }],
  ])("refuses %s without quoting it", async (_name, change) => {
    const path = await write((context) => ({ ...context, ...change }));
    const error = await loadTalosconfig({ path }).catch(
      (one: unknown) => one as Error & { code: string; hint: string },
    );
    expect(error).toMatchObject({ code: "TALOSCONFIG_INVALID" });
    expect(`${(error as Error).message}${(error as Error).stack}`).not.toContain("hunter2secret");
  });

  it.each(["constructor", "__proto__", "toString"])(
    "has no context %s that nobody wrote",
    async (context) => {
      const path = await write();
      await expect(loadTalosconfig({ path, context })).rejects.toMatchObject({ code: "TALOSCONFIG_INVALID" });
    },
  );

  it("says where it looked when there is none", async () => {
    await expect(loadTalosconfig({ path: join(folder, "none") })).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
    expect(talosconfigPaths({ TALOSCONFIG: "/a", TALOS_HOME: "/b" })).toEqual([
      "/a",
      "/b/config",
      "/var/run/secrets/talos.dev/config",
    ]);
  });
});

it.each([
  ["10.0.0.1", { host: "10.0.0.1", port: 50000 }],
  ["node:6000", { host: "node", port: 6000 }],
  ["fd00::1", { host: "fd00::1", port: 50000 }],
  ["[fd00::1]:7", { host: "fd00::1", port: 7 }],
  ["https://omni.example", { host: "omni.example", port: 443 }],
  ["https://omni.example:8443", { host: "omni.example", port: 8443 }],
])("the endpoint %s is understood", (endpoint, expected) => {
  expect(endpointAddress(endpoint)).toEqual(expected);
});

describe("expiryWarning", () => {
  const context = { name: "moon", endpoints: [], nodes: [], ca: "", certificate: "", key: "" };
  const expires = new Date("2031-02-03T00:00:00Z");
  it.each([
    ["2030-12-01T00:00:00Z", undefined],
    ["2031-01-20T00:00:00Z", /expires on 2031-02-03, in 14 days/],
    ["2031-02-03T00:00:01Z", /expired on 2031-02-03/],
  ])("on %s", (now, wanted) => {
    const said = expiryWarning({ ...context, expires }, new Date(now).getTime());
    if (wanted) expect(said).toMatch(wanted);
    else expect(said).toBeUndefined();
  });
});
