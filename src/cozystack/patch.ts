import { RolesError } from "../errors.ts";
import { withScratch } from "../formats/scratch.ts";
import { openCheckout, refuseDirty } from "./checkout.ts";
import { type Edited, editSource } from "./edit.ts";
import type { Layout, Resolver } from "./layout.ts";
import { type ChangedFile, makePatch } from "./make-patch.ts";
import { proveApplies } from "./prove/applies.ts";
import { proveDockerfile } from "./prove/dockerfile.ts";
import { type ProvenRole, proveProfiles } from "./prove/profiles.ts";
import type { Proof } from "./prove/proof.ts";
import { proveTargets } from "./prove/targets.ts";
import { openScratchRepository } from "./scratch-repository.ts";
import { readSource, sourcePaths } from "./source.ts";

/** A patch of CozyStack's build machinery, and what was proven of it. */
export interface ProvenPatch {
  commit: string;
  tag: string | null;
  layout: Layout;
  /** Talos version that this commit pins. */
  talos: string;
  /** How extensions are found: by tags, only those whose tags end in the Talos version; by digests, all. */
  resolver: Resolver;
  defaults: Edited["defaults"];
  files: ChangedFile[];
  proofs: Proof[];
  /** Whether the committed profiles are what the script writes; upstream edited a few by hand. */
  committedProfiles: boolean;
  patch: string;
}

export interface PatchOptions {
  /** A commit of the repository, instead of the checkout in hand. */
  ref?: string | undefined;
  /** Roles to prove it with; without them ADR-004's, as far as the layout can find their extensions. */
  roles?: readonly ProvenRole[];
}

/**
 * Makes the one parameterised patch for a checkout of CozyStack and proves it. The checkout is only read.
 * Errors: NOT_A_CHECKOUT, CHECKOUT_DIRTY, ALREADY_PATCHED, LAYOUT_UNKNOWN (names the line), PATCH_UNPROVEN, TOOL_MISSING.
 */
export async function patchCozystack(
  directory: string,
  { ref, roles }: PatchOptions = {},
): Promise<ProvenPatch> {
  const checkout = await openCheckout(directory, ref);
  const source = await readSource(checkout);
  if (ref === undefined) await refuseDirty(checkout, sourcePaths);
  const edited = editSource(source);
  return withScratch(async (folder) => {
    const scratch = await openScratchRepository(folder, checkout);
    const patch = await makePatch({ scratch, commit: checkout.commit, source, edited: edited.text });
    const { before, after, proofs } = await proveApplies(scratch, patch, source);
    const profiles = await proveProfiles({
      source,
      edited,
      before,
      after,
      scratch: folder,
      roles: roles ?? foundingRoles[edited.resolver],
    });
    const { environment, talos } = profiles;
    const all = [
      ...proofs,
      ...profiles.proofs,
      ...(await proveTargets({ source, before, after, environment })),
      proveDockerfile(source.dockerfile, edited.text.dockerfile),
    ];
    requireProofs(all);
    const { commit, tag } = checkout;
    const { layout, resolver, defaults } = edited;
    const result = { commit, tag, layout, talos, resolver, defaults, files: patch.changed, proofs: all };
    return { ...result, committedProfiles: profiles.committed, patch: patch.text };
  });
}

const arm64 = (EXTENSIONS: string): ProvenRole["settings"] => ({ ARCH: "arm64", EXTENSIONS, FIRMWARES: "" });

/** Found by tags, only extensions whose tags end in the Talos version are known: no spin and no tailscale. */
const foundingRoles: Readonly<Record<Resolver, readonly ProvenRole[]>> = {
  digests: [
    { name: "compute", settings: arm64("drbd zfs spin") },
    { name: "gateway", settings: arm64("drbd zfs spin tailscale") },
  ],
  tags: [{ name: "storage", settings: arm64("zfs drbd") }],
};

/** A patch that is not proven is never shown. Errors: PATCH_UNPROVEN. */
function requireProofs(proofs: readonly Proof[]): void {
  const failed = proofs.filter(({ holds }) => !holds);
  if (failed.length === 0) return;
  const lines = failed.map(({ says, faults }) => `not proven: ${says} (${faults.slice(0, 3).join("; ")})`);
  throw new RolesError(
    "PATCH_UNPROVEN",
    `a patch was made, but does not do what it must: ${lines.join("; ")}`,
    {
      hint: "Use a CozyStack release, or report this checkout's commit.",
      details: failed,
    },
  );
}
