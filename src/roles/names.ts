import { dirname, join } from "node:path";
import type { Arch } from "../talos/arch.ts";
import type { RolesFile } from "./model.ts";

/** A role on an architecture: what an image is built for. */
export interface Target {
  role: string;
  arch: Arch;
}

/** Every role on every architecture that it is built for, in the order of roles.yaml. */
export const targetsOf = ({ roles }: RolesFile): Target[] =>
  roles.flatMap(({ name, arch }) => arch.map((one) => ({ role: name, arch: one })));

/** What makes one target's names differ from another's: `-gateway`, and `-gateway-arm64` where the cluster has more than one architecture. */
export const suffixOf = ({ cluster }: RolesFile, { role, arch }: Target): string =>
  cluster.arch.length > 1 ? `-${role}-${arch}` : `-${role}`;

/** `talos-<role>` or `talos-<role>-<arch>`: last part of the installer's repository. */
export const repositoryName = (file: RolesFile, target: Target): string => `talos${suffixOf(file, target)}`;

/** `ghcr.io/urmanac/moon/talos-gateway`. */
export const installerRepository = (file: RolesFile, target: Target): string =>
  `${file.images.registry}/${repositoryName(file, target)}`;

/** `ghcr.io/urmanac/moon/talos-gateway:v1.13.6`. The tag is a plain Talos version because talm parses it. */
export const installerReference = (file: RolesFile, target: Target): string =>
  `${installerRepository(file, target)}:${file.cluster.talos}`;

/** The immutable tag beside the Talos tag: `v1.13.6-0123456789ab`. */
export const buildTag = ({ cluster }: RolesFile, buildKey: string): string =>
  `${cluster.talos}-${buildKey.replace(/^sha256:/, "").slice(0, 12)}`;

/** `roles.lock.json`, beside the roles file; `edge.roles.yaml` has `edge.roles.lock.json`. */
export function lockPath(rolesPath: string): string {
  const name = rolesPath.split(/[\\/]/).at(-1) ?? rolesPath;
  return join(dirname(rolesPath), `${name.replace(/\.(ya?ml|json)$/, "")}.lock.json`);
}

export const recordName = "build-record.json";
