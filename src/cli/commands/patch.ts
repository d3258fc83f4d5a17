import { resolve } from "node:path";
import { command } from "../command.ts";
import { jsonOption } from "../options.ts";
import { openOutput } from "../output.ts";

export const patchCommand = () =>
  command("patch", {
    summary: "the one parameterised patch of CozyStack's build machinery, proven on a checkout",
    examples: [
      [
        "talos-roles patch cozystack ../cozystack > roles.patch",
        "made for the checkout in hand, which is only read",
      ],
      [
        "talos-roles patch cozystack ../cozystack --ref v1.6.2 --out roles.patch",
        "for a release; says what was proven",
      ],
    ],
  }).addCommand(cozystackCommand());

const cozystackCommand = () =>
  command("cozystack", {
    summary: "gives CozyStack's Talos images ARCH, EXTENSIONS, FIRMWARES, IMAGE_SUFFIX and TALOS_PIN",
    examples: [
      ["talos-roles patch cozystack ../cozystack --out roles.patch", "makes and proves it; then:"],
      ["git -C ../cozystack apply roles.patch", "and in packages/core/talos:"],
      [
        'make ARCH=arm64 FIRMWARES= EXTENSIONS="drbd zfs spin" TALOS_PIN=v1.13.6 update',
        "profiles of a role",
      ],
      ["make ARCH=arm64 IMAGE_SUFFIX=-compute image-talos", "its installer image"],
    ],
  })
    .argument("<dir>", "a clone of CozyStack")
    .option("--ref <commit>", "a tag or commit of the clone, instead of the checkout in hand")
    .option("--out <file>", "write the patch to a file, and print what was proven")
    .addOption(jsonOption())
    .action(async (directory, { ref, out, ...options }) => {
      const output = openOutput(options);
      const { patchCozystack } = await import("../../cozystack/patch.ts");
      const { patchReport } = await import("../../report/cozystack.ts");
      const { writeFileWhole } = await import("../../formats/files.ts");
      const made = await patchCozystack(directory, { ref });
      if (out !== undefined) await writeFileWhole(resolve(out), made.patch);
      output.result(made, () => (out === undefined ? made.patch : patchReport(made, out)));
    });
