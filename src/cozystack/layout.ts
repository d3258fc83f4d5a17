import { linesOf, notUnderstood } from "./lines.ts";
import { ruleFor, rulesOf } from "./recipes.ts";
import type { Source } from "./source.ts";

/** A generation of CozyStack's Talos build machinery. docs/cozystack.md lists them with their releases. */
export type Layout = "A" | "B1" | "B3" | "B4" | "C" | "D" | "E" | "F";

/** How the profile script finds the image of an extension. */
export type Resolver = "tags" | "digests";

export interface Recognised {
  layout: Layout;
  resolver: Resolver;
}

/** Says which generation a commit is of. Errors: LAYOUT_UNKNOWN with the line that was not understood. */
export function recogniseLayout(source: Source): Recognised {
  const { makefile, script, folder } = source;
  refuseInCluster(source);
  const resolver: Resolver = /\bcrane export\b[^\n]*\/extensions:/.test(script.text) ? "digests" : "tags";
  return { layout: folder.endsWith("/talos") ? talosLayout(makefile) : installerLayout(makefile), resolver };
}

type Makefile = Source["makefile"];

const includes = /^include\s+(\S+)/;

function talosLayout(makefile: Makefile): Layout {
  const line = linesOf(makefile).findIndex((text) => includes.test(text));
  const text = linesOf(makefile)[line];
  const included = includes.exec(text ?? "")?.[1];
  if (included?.endsWith("/scripts/common-envs.mk")) return "C";
  if (!included?.endsWith("/hack/common-envs.mk")) {
    throw notUnderstood({
      file: makefile,
      why: "it should include hack/common-envs.mk or scripts/common-envs.mk",
      ...(line < 0 ? {} : { line, text }),
    });
  }
  if (makefile.text.includes("$(call settag,")) return "D";
  if (makefile.text.includes("$(OCI_EXPORT_DIR)")) return "F";
  if (makefile.text.includes("$(IMAGE_TAG)")) return "E";
  throw notUnderstood({ file: makefile, why: "it names its images by neither settag nor IMAGE_TAG" });
}

function installerLayout(makefile: Makefile): Layout {
  const { text } = makefile;
  if (!includes.test(text) && !text.split("\n").some((line) => includes.test(line))) return "A";
  if (/\bdocker load\b/.test(text)) return "B1";
  if (!/\bskopeo copy\b/.test(text)) {
    throw notUnderstood({ file: makefile, why: "image-talos uses neither `docker load` nor `skopeo copy`" });
  }
  return text.includes("$(BUILDX_ARGS)") ? "B4" : "B3";
}

/** v0.22.0 to v0.29.0 (layout B2) run Talos' imager in a cluster: no computer alone can build them. */
function refuseInCluster({ makefile }: Source): void {
  const rule = ruleFor(rulesOf(makefile), "talos-installer");
  const lines = linesOf(makefile);
  const line = rule?.recipe.find((at) => /\bkubectl exec\b/.test(lines[at] ?? ""));
  if (line === undefined) return;
  throw notUnderstood({
    file: makefile,
    line,
    text: lines[line],
    why: "layout B2 (v0.22.0 to v0.29.0) builds inside a Kubernetes cluster, which this tool does not do",
  });
}
