import { RolesError } from "../../errors.ts";
import { inspectFile } from "../../inspect/file.ts";
import { canonicalRegistry } from "../../oci/reference.ts";
import { isLoopback } from "../../oci/transport/loopback.ts";

/** Whether a registry is on this computer. */
export function isLocal(registry: string): boolean {
  const url = `http://${canonicalRegistry(registry)}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

/**
 * Looks into an installer that is about to leave this computer: an image with stand-ins for Talos' own parts is for trying things out, and
 * someone could take it for the real one. The image itself is read; what a record says of it may have been lost. Errors: STAND_IN_REFUSED.
 */
export async function refuseStandIns(
  directory: string,
  { role, registry, standIns }: { role: string; registry: string; standIns: readonly string[] },
): Promise<void> {
  const what = standIns[0] ?? (await standInIn(directory));
  if (what === undefined) return;
  throw new RolesError(
    "STAND_IN_REFUSED",
    `the installer of ${role} stands on stand-ins (${what}): it is not pushed to ${registry}`,
    {
      hint: "Build with Talos' own images, without a --mirror of the lab; a registry on 127.0.0.1 takes this one.",
    },
  );
}

async function standInIn(directory: string): Promise<string | undefined> {
  const { notices } = await inspectFile(directory, {});
  return notices.find(({ id }) => id === "stand-in")?.text;
}
