import { RolesError } from "../errors.ts";
import { type Emit, silent } from "../events.ts";
import { quirksOf } from "../talos/quirks.ts";
import { defaults } from "./defaults.ts";
import type { RolesFile } from "./model.ts";
import { alternatives, nearest } from "./nearest.ts";
import { outputs, type Output } from "./outputs.ts";

/** What every machine that is started by hand needs; small beside the rest, so it is made with it. */
const bootFiles: readonly Output[] = ["kernel", "initramfs", "cmdline", "uki"];

/** The roles that a command is to be about: all where none is named. Errors: USAGE for one that roles.yaml does not have. */
export function chosenRoles({ file, roles }: RolesFile, names: readonly string[]): string[] {
  const known = roles.map(({ name }) => name);
  if (names.length === 0) return known;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return [...new Set(names)];
  throw new RolesError("USAGE", `${file} has no role ${wrong}`, { hint: meant(wrong, known) });
}

/**
 * What is built: the outputs of roles.yaml with the plain boot files, or exactly those that are named. A UKI that nobody asked for is left out
 * where the Talos version has none, with a note. Errors: USAGE, UNSUPPORTED.
 */
export function chosenOutputs(
  { images, cluster: { talos } }: RolesFile,
  words: readonly string[] | undefined,
  emit: Emit = silent,
): Output[] {
  const wanted = words ?? [...bootFiles, ...images.outputs];
  const wrong = wanted.find((word) => !isOutput(word));
  const refused = wrong === undefined ? undefined : refusals.find(({ words }) => words.test(wrong));
  if (refused)
    throw new RolesError("UNSUPPORTED", `${wrong} is not built: ${refused.reason}`, {
      hint: refused.instead,
    });
  if (wrong !== undefined)
    throw new RolesError("USAGE", `there is no output ${wrong}`, { hint: meant(wrong, outputs) });
  const chosen = outputs.filter((output) => wanted.includes(output));
  if (quirksOf(talos).unsignedUki || !chosen.includes("uki")) return chosen;
  if ((words ?? written(images)).includes("uki")) throw noUki(talos);
  emit({ type: "note", level: "info", text: `Talos ${talos} has no UKI: \`uki\` is left out` });
  return chosen.filter((output) => output !== "uki");
}

/** The outputs of roles.yaml that the Talos version has: of those that stand for nothing written, it may lack the UKI. Errors: UNSUPPORTED. */
export function ownOutputs(roles: RolesFile): string[] {
  const chosen: readonly string[] = chosenOutputs(roles, undefined);
  return roles.images.outputs.filter((output) => chosen.includes(output));
}

/** Outputs that somebody wrote down: none where they are those that stand for nothing written. */
const written = ({ outputs }: RolesFile["images"]): readonly string[] =>
  outputs.join() === defaults.images.outputs.join() ? [] : outputs;

const noUki = (talos: string): RolesError =>
  new RolesError("UNSUPPORTED", `uki is not built: Talos ${talos} has no UKI without Secure Boot keys`, {
    hint: "Use Talos 1.10 or later; or take `kernel`, `initramfs` and `cmdline` instead.",
  });

/** What people know from Talos' own imager, and is not attempted here. */
const refusals: readonly { words: RegExp; reason: string; instead: string }[] = [
  {
    words: /secure-?boot/i,
    reason: "images for Secure Boot have to be signed, and no keys are handled here",
    instead:
      "Build `uki` or `installer`, and sign it with your own keys; or let the Image Factory make the image from `talos-roles schematic`.",
  },
  {
    words: /grub|dual-?boot|bios/i,
    reason: "GRUB images are for machines without UEFI firmware",
    instead:
      "Use `metal` on machines with UEFI firmware; elsewhere start an official image, and install the role's `installer` on it.",
  },
  {
    words: /^(?:rpi|rock|jetson|pine|banana|nanopi|orangepi|turing|sbc)/i,
    reason: "boards need an overlay with their own firmware, and overlays are not handled here",
    instead:
      "Start the board from the Image Factory's image with its overlay, and install the role's `installer` on it.",
  },
];

const isOutput = (word: string): word is Output => (outputs as readonly string[]).includes(word);

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near.length > 0 ? `Did you mean ${alternatives(near)}?` : `There are ${alternatives(known)}.`;
}
