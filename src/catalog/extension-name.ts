import { ownValue } from "../formats/own-value.ts";
import { RolesError } from "../errors.ts";
import { upstream } from "../roles/upstream-names.ts";

const [registry = "", owner = ""] = upstream.split("/");

/** Older names of official extensions that Image Factory still takes (facts: peers §1.5). */
const aliases: Record<string, string> = {
  "amdgpu-firmware": "amdgpu",
  gasket: "gasket-driver",
  "i915-ucode": "i915",
  "talos-vmtoolsd": "vmtoolsd-guest-agent",
  "usb-modem": "usb-modem-drivers",
  "v4l-uvc": "v4l-uvc-drivers",
  "xe-guest-utilities": "xen-guest-agent",
  "nvidia-container-toolkit": "nvidia-container-toolkit-lts",
  "nvidia-fabricmanager": "nvidia-fabricmanager-lts",
  "nvidia-open-gpu-kernel-modules": "nvidia-open-gpu-kernel-modules-lts",
  "nonfree-kmod-nvidia": "nonfree-kmod-nvidia-lts",
};

export type ExtensionName = { official: string } | { reference: string };

/**
 * What an extension in roles.yaml means: `drbd`, `siderolabs/drbd` and `ghcr.io/siderolabs/drbd` are the same official extension, found in
 * the list of the Talos version; anything with a tag, a digest or another registry is a reference. Errors: REFERENCE_INVALID.
 */
export function parseExtensionName(written: string): ExtensionName {
  const name = without(without(written, `${registry}/${owner}/`), `${owner}/`);
  if (/^[a-z0-9][a-z0-9._-]*$/.test(name)) return { official: ownValue(aliases, name) ?? name };
  const first = written.split("/")[0] ?? "";
  const hasRegistry = written.includes("/") && (/[.:]/.test(first) || first === "localhost");
  if (hasRegistry && /[:@]/.test(written.slice(first.length))) return { reference: written };
  throw new RolesError(
    "REFERENCE_INVALID",
    `extension "${written}" is neither a name nor an image reference`,
    {
      hint: "Write an official name (`drbd`), or a reference with registry and tag or digest (`ghcr.io/acme/tool:v1.2.3`).",
    },
  );
}

/** The key of an extension in the lock: the official short name, or the reference as written. */
export function extensionKey(written: string): string {
  const name = parseExtensionName(written);
  return "official" in name ? name.official : name.reference;
}

/** Whether something is an extension's name or reference at all: lists in people's files hold anything. */
export function isExtensionName(written: string): boolean {
  try {
    return extensionKey(written) !== "";
  } catch {
    return false;
  }
}

const without = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;
