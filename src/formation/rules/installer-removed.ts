import { installImage } from "../../talos/config/settings.ts";
import { textOf } from "../../talos/config/tree.ts";
import { formationQuirks } from "../../talos/quirks.ts";
import { neverReady } from "../effects.ts";
import { readInstaller } from "../installer-reference.ts";
import { nodeRule } from "../rule.ts";

export const installerRemoved = nodeRule({
  id: "installer-removed",
  severity: "error",
  title: "The installer image does not exist for this Talos version",
  reason:
    "From Talos 1.14 on, `ghcr.io/siderolabs/installer` is no longer published. A new node cannot be installed from it, and an upgrade to it fails.",
  fix: "Use the installer of Image Factory, or the one of your roles (`talos-roles push`).",
  rows: ["A11"],
  source: "siderolabs/talos: CHANGELOG of 1.14; siderolabs/talos#13138",
  check: ({ documents }) => {
    const node = installImage(documents);
    const reference = textOf(node);
    if (node === undefined || reference === undefined) return [];
    const { plain, talos } = readInstaller(reference);
    const gone =
      plain && /\/installer[:@]/.test(reference) && formationQuirks(talos)?.plainInstaller === false;
    if (!gone) return [];
    return [
      {
        message: `${reference} is not published: from Talos 1.14 on there is no such image.`,
        at: node.at,
        fix: `factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:${talos}`,
        effects: neverReady("its installer image is not published, so Talos cannot be installed"),
      },
    ];
  },
});
