import { linesOf, notUnderstood, onlyLine } from "./lines.ts";
import { type Rule, ruleFor, rulesOf } from "./recipes.ts";
import type { SourceFile } from "./source.ts";

const variables = [
  "# For images of a role: architecture, what follows the names of repositories, and the Talos version that `update` writes.",
  "ARCH ?= amd64",
  "IMAGE_SUFFIX ?=",
  "TALOS_PIN ?=",
  "$(if $(filter amd64 arm64,$(ARCH)),,$(error ARCH is amd64 or arm64, not '$(ARCH)'))",
];

const names = ["ARCH", "IMAGE_SUFFIX", "TALOS_PIN"];

/**
 * Gives the Makefile its parameters ARCH, IMAGE_SUFFIX and TALOS_PIN. Without them every command stays as it was.
 * Errors: LAYOUT_UNKNOWN with the line that was not understood.
 */
export function editMakefile(makefile: SourceFile): string {
  const version = onlyLine(makefile, /^TALOS_VERSION\s*:?=/, "line TALOS_VERSION=…");
  const rules = rulesOf(makefile);
  const recipe = (target: string): Rule => {
    const rule = ruleFor(rules, target);
    if (rule) return rule;
    throw notUnderstood({ file: makefile, why: `it has no target ${target}` });
  };
  const talos = new Set(recipe("image-talos").recipe);
  const matchbox = new Set(recipe("image-matchbox").recipe);
  const update = new Set(recipe("update").recipe);
  const edited = linesOf(makefile).map((text, line) => {
    refuseTaken(makefile, text, line);
    let out = assetNames(text);
    if (talos.has(line)) out = repository(out, "talos");
    if (matchbox.has(line)) out = matchboxBuild(repository(out, "matchbox"));
    if (update.has(line))
      out = out.replace(/^(\thack\/gen-profiles\.sh)$/, "$1$(if $(TALOS_PIN), $(TALOS_PIN))");
    refuseArchitecture(makefile, out, line);
    return out;
  });
  requireEdits(makefile, [recipe("image-talos"), recipe("image-matchbox"), recipe("update")], edited);
  edited.splice(version + 1, 0, ...variables);
  return edited.join("\n");
}

/** `_out/assets/kernel-amd64` → `_out/assets/kernel-$(ARCH)`; never the platform that an image is built for. */
const assetNames = (text: string): string =>
  text.replaceAll(/(_out\/assets\/[a-z]+(?:-[a-z]+)*-)amd64(?![A-Za-z0-9])/g, "$1$(ARCH)");

/** The suffix follows the name of the repository, wherever the recipe names it: in references, macros and archives. */
const repository = (text: string, name: "talos" | "matchbox"): string =>
  text
    .replaceAll(
      new RegExp(`(\\$\\((?:CACHE_)?REGISTRY\\)|ghcr\\.io/[a-z0-9-]+/cozystack)/${name}:`, "g"),
      `$1/${name}$(IMAGE_SUFFIX):`,
    )
    .replaceAll(
      new RegExp(`(\\$\\(call (?:image-tags|cache-args),)${name}(?=[,)])`, "g"),
      `$1${name}$(IMAGE_SUFFIX)`,
    )
    .replaceAll(`/${name}.oci.tar:`, `/${name}$(IMAGE_SUFFIX).oci.tar:`);

const matchboxBuild = (text: string): string =>
  text
    .replace(
      /^(\tdocker buildx build)(?= -f images\/matchbox\/Dockerfile )/,
      "$1$(if $(filter-out amd64,$(ARCH)), --build-arg ARCH=$(ARCH))",
    )
    .replace(/(> \S*images\/matchbox)(\.tag)$/, "$1$(IMAGE_SUFFIX)$2");

function refuseTaken(makefile: SourceFile, text: string, line: number): void {
  const taken = names.find((name) => new RegExp(`^${name}\\s*[:?+]?=|\\$\\(${name}\\)`).test(text));
  if (taken !== undefined)
    throw notUnderstood({ file: makefile, line, text, why: `it uses ${taken} already` });
}

function refuseArchitecture(makefile: SourceFile, text: string, line: number): void {
  const left = text.replaceAll(/--platform[ =]\S+/g, "").replaceAll("$(filter-out amd64,$(ARCH))", "");
  if (left.includes("amd64")) {
    throw notUnderstood({ file: makefile, line, text, why: "an amd64 that is not understood" });
  }
}

/** Each recipe must have taken its parameter, and must not name its repository without the suffix. */
function requireEdits(makefile: SourceFile, rules: readonly Rule[], edited: readonly string[]): void {
  const marks = ["$(IMAGE_SUFFIX)", "--build-arg ARCH=$(ARCH)", "$(TALOS_PIN)"];
  rules.forEach(({ line, recipe }, index) => {
    const text = linesOf(makefile)[line];
    if (!recipe.some((at) => edited[at]?.includes(marks[index] ?? ""))) {
      throw notUnderstood({ file: makefile, line, text, why: "its recipe is not understood" });
    }
    const bare = recipe.find((at) =>
      /\/(?:talos|matchbox)(?::|\.oci\.tar)|,(?:talos|matchbox)[,)]/.test(edited[at] ?? ""),
    );
    if (bare !== undefined) {
      throw notUnderstood({
        file: makefile,
        line: bare,
        text: edited[bare],
        why: "an image name that is not understood",
      });
    }
  });
}
