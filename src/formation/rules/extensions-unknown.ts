import { unknown } from "../../roles/answer.ts";
import { nodeRule } from "../rule.ts";

export const extensionsUnknown = nodeRule({
  id: "extensions-unknown",
  severity: "info",
  title: "Which extensions the image has cannot be told",
  reason:
    'Whether boot completes depends on the extensions inside the image, and a machine config does not name them. The list is taken from what you give, else from the image, a schematic file whose id is the one in use, an inline schematic, or a table of known ids. Where none of these tells, the answer is "cannot tell" and not an alarm.',
  fix: "Name the image (`--image REF`) or its extensions (`--extensions drbd,zfs`).",
  rows: [],
  source: "siderolabs/image-factory: schematics (the id is a hash of the list)",
  check: ({ image, unknownExtensions, profile }) => {
    if (!image.extensions) {
      const question =
        (image.hints ?? []).length > 0
          ? ` Its tag names ${image.hints?.join(", ")}: does the image have it?`
          : "";
      const reason = `which extensions the image has cannot be told: ${image.source}.${question}`;
      return [
        {
          message: reason,
          fix: "Name the image (`--image REF`) or its extensions (`--extensions NAME,NAME`).",
          effects: { bootCompletes: unknown(reason), roleFunctional: unknown(reason) },
        },
      ];
    }
    if (unknownExtensions.length === 0) return [];
    const reason = `what ${unknownExtensions.join(", ")} waits for is not known: no lock, registry or table tells`;
    return [
      {
        message: reason,
        fix: profile.rendered
          ? "Lock the extensions (`talos-roles lock`), so that their contracts are read from their images."
          : "Let `check` look into the image (`--image REF`), or into the extensions' own (`--online`; those that are not official by reference).",
        effects: { bootCompletes: unknown(reason), roleFunctional: unknown(reason) },
      },
    ];
  },
});
