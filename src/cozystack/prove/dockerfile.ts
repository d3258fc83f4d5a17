import type { SourceFile } from "../source.ts";
import { type Proof, proof } from "./proof.ts";

/** The Dockerfile with its argument filled in is the one before; with the other architecture it names no amd64. Pure. */
export function proveDockerfile(before: SourceFile, after: string): Proof {
  const filled = (arch: string): string =>
    after
      .split("\n")
      .filter((line) => line !== "ARG ARCH=amd64")
      .join("\n")
      .replaceAll("${ARCH}", arch);
  return proof("dockerfile", "matchbox serves the same files without settings, and a role's with them", [
    ...(filled("amd64") === before.text ? [] : ["it is another file with amd64"]),
    ...(filled("arm64").includes("amd64") ? ["it names amd64 with arm64"] : []),
  ]);
}
