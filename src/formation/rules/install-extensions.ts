import { extensionKey, isExtensionName } from "../../catalog/extension-name.ts";
import { installExtensions } from "../../talos/config/settings.ts";
import { nodeRule } from "../rule.ts";

export const installExtensionsRule = nodeRule({
  id: "install-extensions",
  severity: "warning",
  title: "`machine.install.extensions` does nothing",
  reason:
    "Up to Talos 1.9 the installer added these extensions. From 1.10 on it ignores the list: extensions are part of the image. What is listed here and nowhere else is not on the node.",
  fix: "Build the image with these extensions (`talos-roles build`, or Image Factory), name it in `machine.install.image`, and remove the list.",
  rows: ["A1"],
  source:
    "siderolabs/talos: pkg/machinery/config/types/v1alpha1 (install.extensions, deprecated); release notes of 1.10",
  check: ({ documents, quirks, image }) => {
    if (!quirks || quirks.installExtensions) return [];
    const there = new Set((image.extensions ?? []).map(({ name }) => name));
    const listed = installExtensions(documents);
    const lost = listed.filter(
      ({ name }) => !image.extensions || !there.has(isExtensionName(name) ? extensionKey(name) : name),
    );
    const [first] = listed;
    if (!first) return [];
    const what =
      lost.length > 0 && image.extensions
        ? `: ${lost.map(({ name }) => name).join(", ")} will not be on the node`
        : "";
    return [
      {
        message: `Talos 1.${quirks.minor} ignores \`machine.install.extensions\`${what}.`,
        severity: lost.length > 0 ? "warning" : "info",
        at: first.at,
        fix: "Name an image that has these extensions in `machine.install.image`, and remove the list.",
      },
    ];
  },
});
