import type { Emit } from "../../events.ts";
import type { Cache } from "../../image/cache.ts";
import { hostArch } from "../upstream/debian/packages.ts";
import { type GoProgram, goPrograms } from "../upstream/go-programs.ts";
import { tailscaleProgram } from "../upstream/upstream.ts";
import { programVersions } from "../upstream/versions.ts";

/** Programs of this computer that make a tailnet: the control server, and a client that is no part of the cluster. */
export interface TailnetPrograms {
  headscale: string;
  /** Is the command line `tailscale` too, when it is called with `be-child`'s environment (ts_include_cli). */
  tailscaled: string;
}

const headscale: GoProgram<"headscale"> = {
  module: "github.com/juanfont/headscale/cmd",
  dependency: "github.com/juanfont/headscale",
  programs: ["headscale"],
  version: programVersions.headscale,
};

/** Builds them once for this computer; null with a warning where Go is missing or its build fails. */
export async function tailnetPrograms(
  talos: string,
  { cache, emit }: { cache: Cache; emit: Emit },
): Promise<TailnetPrograms | null> {
  const around = { arch: hostArch(), cache, emit };
  const control = await goPrograms(headscale, around);
  const client = control && (await goPrograms(tailscaleProgram(talos), around));
  return client && { headscale: control.headscale, tailscaled: client.tailscaled };
}
