interface UpstreamResult {
  talos: string;
  mirror: string;
  images: readonly string[];
}

/** What the running stand-in upstream serves, and the option by which other commands reach it. */
export const upstreamReport = ({ talos, mirror, images }: UpstreamResult): string =>
  [
    `Stand-ins for the images of Talos ${talos}, made of Debian packages; for the lab only:`,
    ...images.map((image) => `  ${image}`),
    "",
    "Other commands reach them with:",
    `  --mirror ${mirror}`,
    "",
    "Ctrl-C ends it.",
    "",
  ].join("\n");
