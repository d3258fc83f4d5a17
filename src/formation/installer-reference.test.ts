import { describe, expect, it } from "vitest";
import { readInstaller } from "./installer-reference.ts";

const id = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";
const nothing = { plain: false, cozystack: false, hints: [] };

describe("readInstaller", () => {
  it.each([
    ["ghcr.io/siderolabs/installer:v1.13.6", { talos: "v1.13.6", plain: true }],
    ["siderolabs/installer:v1.10.12", { talos: "v1.10.12", plain: true }],
    ["ghcr.io/siderolabs/installer-base:v1.13.6-alpha.12", { talos: "v1.13.6-alpha.12", plain: true }],
    ["ghcr.io/siderolabs/installer@sha256:ab", { plain: true }],
    ["ghcr.io/siderolabs/installer", { plain: true }],
    ["siderolabs/installer", { plain: true }],
    // A mirror's own image of that name may be anything.
    ["mirror.test/siderolabs/installer:v1.13.6", { talos: "v1.13.6" }],
    ["ghcr.io/siderolabs/installer-spin:v1.13.6", { talos: "v1.13.6", hints: ["spin"] }],
    [`factory.talos.dev/installer/${id}:v1.13.6`, { talos: "v1.13.6", schematic: id }],
    [`factory.talos.dev/metal-installer/${id}`, { schematic: id }],
    [`factory.talos.dev/metal-installer/${id}@sha256:ab`, { schematic: id }],
    [`factory.talos.dev/zfs-installer/${id}:v1.13.6`, { talos: "v1.13.6", schematic: id }],
    [`factory.talos.dev/installer/${id}00:v1.13.6`, { talos: "v1.13.6" }],
    ["ghcr.io/cozystack/cozystack/talos:v1.12.6", { talos: "v1.12.6", cozystack: true }],
    ["ghcr.io/cozystack/talos:v1.12.6", { talos: "v1.12.6", cozystack: true }],
    ["cozystack/talos", { cozystack: true }],
    ["cozystack/cozystack/talos@sha256:ab", { cozystack: true }],
    ["ghcr.io/mycozystack/talos:v1.12.6", { talos: "v1.12.6" }],
    ["ghcr.io/cozystack/talos-zfs:v1.12.6", { talos: "v1.12.6", hints: ["zfs"] }],
    ["ghcr.io/acme/Talos--Tailscale.ZFS:latest", { hints: ["tailscale", "zfs"] }],
    ["ghcr.io/acme/talos:v1.13.6-zfs", { talos: "v1.13.6", hints: ["zfs"] }],
    ["ghcr.io/acme/talos:1.13", {}],
    ["", {}],
  ])("%s", (reference, told) => {
    const { hints, ...found } = readInstaller(reference);
    expect({ ...found, hints: hints.toSorted() }).toEqual({ ...nothing, ...told });
  });
});
