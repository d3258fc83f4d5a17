import { describe, expect, it } from "vitest";
import { imported, said } from "./imported.ts";

describe("secrets", () => {
  const config = (content: string, host = "n1") => `machine:
  type: worker
  network: {hostname: ${host}}
  registries: {mirrors: {docker.io: {endpoints: ["https://u:MARKER1@m.test/v2", https://n.test]}}}
---
apiVersion: v1alpha1
kind: RegistryMirrorConfig
name: quay.io
endpoints: [{url: "http://MARKER2@q.test"}]
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: nut-client
environment: [UPS_LOGIN=${content}, LOG_LEVEL=debug, UPS_PORT=3493]
configFiles:
  - {mountPath: /usr/local/etc/nut/upsmon.conf, content: "MONITOR ups@10.0.0.5 1 upsmon ${content} secondary"}
  - {mountPath: /other/upsmon.conf, content: "x ${content}"}
  - {mountPath: /usr/local/etc/nut/empty.conf, content: ""}
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: tailscale
environment: [TS_ROUTES=10.0.0.0/8, "TS_EXTRA_ARGS=--authkey=${content} --accept-dns=false"]
`;

  it("are in no file, variable or URL that is carried", async () => {
    const made = await imported({ "n1.yaml": config("MARKER3") });
    expect(made.text + JSON.stringify(made.notCarried)).not.toMatch(/MARKER\d/);
    expect(made.roles.cluster?.registries).toEqual({
      "quay.io": ["http://q.test"],
      "docker.io": ["https://m.test/v2", "https://n.test"],
    });
    expect(Object.values(made.roles.roles)[0]?.services).toEqual({
      "nut-client": {
        environment: { UPS_LOGIN: { env: "UPS_LOGIN" }, LOG_LEVEL: "debug", UPS_PORT: "3493" },
        files: [
          {
            mountPath: "/usr/local/etc/nut/upsmon.conf",
            content: { file: "secrets/nut-client/upsmon.conf" },
          },
          { mountPath: "/other/upsmon.conf", content: { file: "secrets/nut-client/other-upsmon.conf" } },
          { mountPath: "/usr/local/etc/nut/empty.conf", content: "" },
        ],
      },
      tailscale: { environment: { TS_EXTRA_ARGS: { env: "TS_EXTRA_ARGS" } } },
    });
    for (const what of [
      /user and password in the endpoints of docker\.io/,
      /user and password in the endpoints of quay\.io/,
      /the content of \/usr\/local\/etc\/nut\/upsmon\.conf .*write it to secrets\/nut-client\/upsmon\.conf/,
      /the value of UPS_LOGIN/,
      /the value of TS_EXTRA_ARGS/,
    ])
      expect(said(made)).toMatch(what);
  });

  it("that differ between nodes with one reference are pointed out", async () => {
    const made = await imported({ "n1.yaml": config("MARKER4"), "n2.yaml": config("MARKER5", "n2") });
    expect(said(made)).toMatch(/that nodes differ in .*UPS_LOGIN.* \(n1 n2\)/);
    expect(made.text).not.toMatch(/MARKER\d/);
  });

  it("in kernel arguments and META values stay where they are", async () => {
    const made = await imported({
      "schematic.yaml":
        "customization: {extraKernelArgs: ['talos.config=https://u:MARKER6@h.test/c', quiet], meta: [{key: 10, value: 'privateKey: MARKER7'}]}\n",
    });
    expect(made.text + JSON.stringify(made.notCarried)).not.toMatch(/MARKER\d/);
    expect(made.loaded.roles).toMatchObject([{ kernelArgs: ["quiet"], meta: [] }]);
  });
});
