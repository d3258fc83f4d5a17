import { expect, test } from "vitest";
import type { Inspection } from "../inspect/inspection.ts";
import { emptyContract } from "../talos/contract.ts";
import { inspectReport } from "./inspect.ts";
import { printable } from "./printable.ts";

const layer = {
  file: "zfs.sqsh",
  name: "zfs\u001b[31m",
  version: "2.3.4\nfake  9.9.9",
  author: "",
  description: "",
  bytes: 300_000,
  sha256: "0123456789abcdef".repeat(4),
  compression: "zstd",
  entries: 3,
  contract: emptyContract(),
};
const inspection: Inspection = {
  kind: "uki",
  talosVersion: "v1.13.6",
  arch: "arm64",
  kernelRelease: "6.18.1-talos",
  cmdline: "talos.platform=metal",
  extensions: [{ name: layer.name, version: layer.version }],
  contract: {
    ...emptyContract(),
    services: [
      {
        name: "tailscale",
        extension: "tailscale",
        waitsFor: {
          configuration: true,
          time: true,
          paths: ["/dev/net/tun"],
          services: ["cri"],
          network: ["addresses"],
        },
        restart: "always",
      },
      {
        name: "idle",
        extension: "idle",
        waitsFor: { configuration: false, time: false, paths: [], services: [], network: [] },
        restart: "never",
      },
    ],
    modules: [{ name: "zfs", release: "6.18.1-talos", dependsOn: [] }],
    firmwareBytes: 2048,
  },
  notices: [
    { id: "layer-missing", severity: "error", text: "extensions.yaml lists x.sqsh, which is not there" },
  ],
  initramfs: {
    bytes: 1_000_000,
    sha256: layer.sha256,
    segments: [],
    layers: [layer],
    rootfs: null,
    firmwareBytes: 2048,
    microcodeBytes: 0,
  },
};

test("an inspection as text", () => {
  expect(inspectReport(inspection)).toBe(
    [
      "kind              uki",
      "Talos             v1.13.6",
      "architecture      arm64",
      "kernel            6.18.1-talos",
      "command line      talos.platform=metal",
      "initramfs         977 KiB in 0 segments",
      "kernel modules    zfs",
      "firmware          2.0 KiB",
      "",
      "LAYER        VERSION                  SIZE  SHA256",
      "zfs\\x1b[31m  2.3.4\\x0afake  9.9.9  293 KiB  0123456789ab",
      "",
      "SERVICE        EXTENSION  WAITS FOR",
      "ext-tailscale  tailscale  an ExtensionServiceConfig named tailscale, time, /dev/net/tun, service cri, network addresses",
      "ext-idle       idle       nothing",
      "",
      "error layer-missing: extensions.yaml lists x.sqsh, which is not there",
      "",
    ].join("\n"),
  );
});

test("an extension, and an image without any", () => {
  const { initramfs: _, ...plain } = inspection;
  expect(inspectReport({ ...plain, kind: "extension" })).toContain(
    "EXTENSION    VERSION\nzfs\\x1b[31m  2.3.4",
  );
  expect(inspectReport({ ...plain, extensions: [] })).toContain("No extensions.");
});

test("no control character reaches the terminal", () => {
  expect(printable("a\u001b[2Jb\rc\u009bd\u202ee")).toBe("a\\x1b[2Jb\\x0dc\\x9bd\\u202ee");
  expect(printable("Zürich – ünïcode 日本")).toBe("Zürich – ünïcode 日本");
});
