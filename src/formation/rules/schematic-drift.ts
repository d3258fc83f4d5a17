import { nodeRule } from "../rule.ts";

export const schematicDrift = nodeRule({
  id: "schematic-drift",
  severity: "warning",
  title: "A schematic file is not that of the image in use",
  reason:
    "An Image Factory id is computed from its schematic. Where the file has another id than the image reference, one of them was changed and the other was not: the node has not what the file says.",
  fix: "Build the image from the file and use its id (`talos-roles schematic FILE`), or correct the file.",
  rows: ["A1"],
  source: "siderolabs/image-factory: pkg/schematic",
  check: ({ image }) =>
    image.drift
      ? [
          {
            message: `${image.drift.message}.`,
            at: image.drift.at,
            fix: "`talos-roles schematic FILE` prints the file's id: use it in the image reference, or correct the file.",
          },
        ]
      : [],
});
