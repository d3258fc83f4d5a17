import { RolesError } from "../errors.ts";
import type { Emit } from "../events.ts";
import { supportedRange, talosSupport } from "./quirks.ts";

/**
 * Stops at a Talos version of which it is known that images would be wrong, and warns of one that is newer than what is known here.
 * Errors: UNSUPPORTED.
 */
export function requireSupported(talos: string, emit: Emit): void {
  const support = talosSupport(talos);
  if (support === "known") return;
  if (support === "newer") {
    const text = `Talos ${talos} is newer than what is known here (${supportedRange}): what it changed is not in its images; try them on one machine first, or look for a newer talos-roles`;
    emit({ type: "note", level: "warning", text });
    return;
  }
  throw new RolesError("UNSUPPORTED", `images are made for Talos ${supportedRange}, and not for ${talos}`, {
    hint: "Write a version of these as `cluster.talos`.",
  });
}
