import { nodeRule } from "../rule.ts";

export const extensionEmpty = nodeRule({
  id: "extension-empty",
  severity: "warning",
  title: "An extension has nothing for this architecture",
  reason:
    "Some extensions are for one architecture: drivers of graphics cards, microcode. Their image for the other one is empty. It does no harm on the node, and empty images have broken the official imager.",
  fix: "Take the extension out of images for this architecture.",
  rows: ["A1"],
  source: "siderolabs/extensions: pkg.yaml of each; siderolabs/extensions#611, #612",
  check: ({ extensions, profile, image }) => {
    const arch = profile.arch ?? image.arch;
    if (arch === undefined) return [];
    return extensions
      .filter(({ contract }) => contract?.emptyOn.includes(arch))
      .map(({ name }) => ({
        message: `extension ${name} has nothing for ${arch}.`,
        fix: `Take ${name} out of images for ${arch}.`,
      }));
  },
});
