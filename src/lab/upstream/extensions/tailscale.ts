import { fromFile } from "../../../formats/bytes.ts";
import { extensionVersions } from "../versions.ts";
import { containerRoot, type Extension, type ExtensionInputs, servicePath } from "./extension.ts";

const bind = (path: string, access: string): string[] => [
  `    - source: ${path}`,
  `      destination: ${path}`,
  "      type: bind",
  `      options: [${path === "/etc/ssl/certs" ? "rbind" : "bind"}, ${access}]`,
];

const service = [
  "name: tailscale",
  "depends:",
  "  - service: cri",
  "  - network:",
  "      - addresses",
  "      - connectivity",
  "      - etcfiles",
  "  - configuration: true",
  "container:",
  "  entrypoint: /usr/local/bin/containerboot",
  "  environment:",
  "    - PATH=/sbin:/usr/local/bin",
  "    - TS_SOCKET=/var/run/tailscale/tailscaled.sock",
  "    - TS_STATE_DIR=/var/lib/tailscale",
  "    - TS_USERSPACE=false",
  "  security:",
  "    writeableRootfs: false",
  "    writeableSysfs: true",
  "  mounts:",
  ...bind("/dev/net/tun", "rw"),
  ...bind("/var/run/tailscale", "rw"),
  ...bind("/var/lib/tailscale", "rw"),
  ...bind("/etc/ssl/certs", "ro"),
  "restart: always",
  "",
].join("\n");

const script = (name: string): string =>
  `#!/bin/sh\necho "${name} (stand-in): not Tailscale, which needs Go to be built" >&2\nexit 1\n`;

/** Built programs by name; null where there is no Go to build them with. */
export type TailscalePrograms = { containerboot: string; tailscaled: string } | null;

/** Tailscale's service with its own programs, or scripts that say what they are. */
export const tailscale = ({
  talosVersion,
  programs,
}: ExtensionInputs & { programs: TailscalePrograms }): Extension => ({
  name: "tailscale",
  version: extensionVersions(talosVersion).tailscale,
  author: "Beau Trepp",
  description: programs
    ? "Tailscale's own programs, built by talos-roles from their published source."
    : "Tailscale's service without Tailscale: its programs are scripts that say so.",
  talos: ">= v1.5.0",
  async fill(root) {
    const folder = `${containerRoot("tailscale")}/usr/local/bin`;
    root.file(servicePath("tailscale"), service);
    for (const name of ["containerboot", "tailscaled"] as const)
      root.file(`${folder}/${name}`, programs ? await fromFile(programs[name]) : script(name), 0o755);
    // Built with the tag ts_include_cli, tailscaled is the command line too when it is called so.
    if (programs) root.link(`${folder}/tailscale`, "tailscaled");
    else root.file(`${folder}/tailscale`, script("tailscale"), 0o755);
    for (const empty of [
      "dev",
      "etc/ssl/certs",
      "proc",
      "sys",
      "tmp",
      "var/lib/tailscale",
      "var/run/tailscale",
    ])
      root.folder(`${containerRoot("tailscale")}/${empty}`);
  },
});
