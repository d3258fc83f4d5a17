import { neverReady } from "../effects.ts";
import { nodeRule } from "../rule.ts";

export const imageArch = nodeRule({
  id: "image-arch",
  severity: "error",
  title: "The image is for another kind of processor",
  reason: "A machine does not start an image of another architecture, or its installer cannot run.",
  fix: "Use the image of the node's architecture.",
  rows: ["A3"],
  source: "siderolabs/talos: cmd/installer; a machine does not start an image of another architecture",
  check: ({ profile, image }) => {
    if (!profile.arch || !image.arch || profile.arch === image.arch) return [];
    return [
      {
        message: `the node is ${profile.arch}, and the image is for ${image.arch}.`,
        fix: `Use the image for ${profile.arch}.`,
        effects: neverReady(`the image is for ${image.arch}, and the machine is ${profile.arch}`),
      },
    ];
  },
});
