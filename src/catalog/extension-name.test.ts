import { describe, expect, it } from "vitest";
import { extensionKey, isExtensionName, parseExtensionName } from "./extension-name.ts";

describe("parseExtensionName", () => {
  it.each([
    ["drbd", "drbd"],
    ["siderolabs/drbd", "drbd"],
    ["ghcr.io/siderolabs/drbd", "drbd"],
    ["bnx2-bnx2x", "bnx2-bnx2x"],
    ["0a.b_c", "0a.b_c"],
    ["i915-ucode", "i915"],
    ["siderolabs/amdgpu-firmware", "amdgpu"],
    ["gasket", "gasket-driver"],
    ["talos-vmtoolsd", "vmtoolsd-guest-agent"],
    ["usb-modem", "usb-modem-drivers"],
    ["v4l-uvc", "v4l-uvc-drivers"],
    ["xe-guest-utilities", "xen-guest-agent"],
    ["nvidia-container-toolkit", "nvidia-container-toolkit-lts"],
    ["nvidia-fabricmanager", "nvidia-fabricmanager-lts"],
    ["nvidia-open-gpu-kernel-modules", "nvidia-open-gpu-kernel-modules-lts"],
    ["nonfree-kmod-nvidia", "nonfree-kmod-nvidia-lts"],
    ["constructor", "constructor"],
  ])("%s is official", (written, official) => expect(parseExtensionName(written)).toEqual({ official }));

  it.each([
    "ghcr.io/acme/tool:v1",
    "ghcr.io/siderolabs/drbd:v1",
    "localhost/tool:v1",
    "registry:5000/tool@sha256:ab",
    "registry.test/a/b@sha256:ab",
  ])("%s is a reference", (reference) => {
    expect(parseExtensionName(reference)).toEqual({ reference });
    expect(extensionKey(reference)).toBe(reference);
  });

  it.each([
    "",
    "Drbd",
    "-drbd",
    "a b",
    "acme/tool",
    "acme/tool:v1",
    "ghcr.io/acme/tool",
    "registry:5000/tool",
    "tool:v1",
  ])("%j is neither", (written) => {
    expect(isExtensionName(written)).toBe(false);
    expect(() => parseExtensionName(written)).toThrow(
      expect.objectContaining({
        code: "REFERENCE_INVALID",
        message: `extension "${written}" is neither a name nor an image reference`,
        hint: expect.stringContaining("`ghcr.io/acme/tool:v1.2.3`") as string,
      }) as Error,
    );
  });

  it("tells what can be one", () =>
    expect([isExtensionName("drbd"), isExtensionName("a.b/c:d")]).toEqual([true, true]));
});
