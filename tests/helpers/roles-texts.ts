import { parseRoles } from "../../src/roles/load.ts";
import type { RolesFile } from "../../src/roles/model.ts";

/** The founding roles. */
export const adr = `
cluster: {talos: v1.13.6, arch: arm64}
roles:
  compute:
    extensions: [drbd, zfs, spin]
  gateway:
    like: compute
    extensions: {add: [tailscale]}
    count: 1
`;

/** One role with these extensions. */
export const one = (extensions: string, more = ""): string =>
  `cluster: {talos: v1.13.6, arch: arm64}\nroles:\n  compute:\n    extensions: [${extensions}]\n${more}`;

/** One role whose machines can be booted. */
export const bootable = `
cluster: {name: small, talos: v1.13.6, arch: arm64, network: {pods: 10.244.0.0/16, services: 10.96.0.0/16}}
images: {registry: ghcr.io/x/y, outputs: [uki]}
roles:
  compute: {extensions: [drbd, zfs, spin], count: {min: 1}}
`;

export const rolesOf = (text: string, file = "roles.yaml"): RolesFile => parseRoles(text, file).roles;
