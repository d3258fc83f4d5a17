import { linesOf, notUnderstood, onlyLine } from "./lines.ts";
import type { SourceFile } from "./source.ts";

/**
 * Gives the Dockerfile of matchbox an argument ARCH: which kernel and initramfs it serves. It is not the platform of
 * matchbox itself, as a server of one architecture may boot nodes of the other. Errors: LAYOUT_UNKNOWN.
 */
export function editDockerfile(dockerfile: SourceFile): string {
  const from = onlyLine(dockerfile, /^FROM\s/i, "FROM line");
  const lines = linesOf(dockerfile).map((text, line) => {
    if (/\bARCH\b/.test(text))
      throw notUnderstood({ file: dockerfile, line, text, why: "it uses ARCH already" });
    const edited = text.replace(/^(COPY _out\/assets\/[a-z-]+-)amd64(?=[.\s])/, "$1${ARCH}");
    if (line !== from && edited.includes("amd64")) {
      throw notUnderstood({ file: dockerfile, line, text, why: "an amd64 that is not understood" });
    }
    return edited;
  });
  if (!lines.some((text) => text.includes("${ARCH}"))) {
    throw notUnderstood({ file: dockerfile, why: "it copies no kernel and initramfs of an architecture" });
  }
  return [...lines.slice(0, from + 1), "ARG ARCH=amd64", ...lines.slice(from + 1)].join("\n");
}
