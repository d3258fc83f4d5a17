import type { Arch } from "../talos/arch.ts";
import type { DiskCompression } from "./outputs.ts";

/** Where something stands in a file: 1-based line and column. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** A secret by name only; its value is read when `talos-roles config --with-secrets` writes it, and nowhere else. */
export type SecretReference = { env: string } | { file: string };

/** How many nodes may hold a role; `max` null means no limit. */
export interface Count {
  min: number;
  max: number | null;
}

export interface SubnetRouter {
  /** CIDRs; the words `pods` and `services` of roles.yaml are already replaced by the cluster's own. */
  routes: string[];
  mode: "kernel" | "userspace";
  authKey?: SecretReference;
  /** Control server, for Headscale; Tailscale's own where absent. */
  loginServer?: string;
  tags: string[];
  hostname?: string;
}

/** A META value that disk images and installers carry. */
export interface MetaValue {
  /** 0x06 … 0x11; Talos documents which mean what. */
  key: number;
  value: string;
}

/** A kernel module to load beyond what the role's extensions need, or parameters for one of theirs. */
export interface ModuleSetting {
  name: string;
  parameters: string[];
}

/** Settings of one extension service: they become its ExtensionServiceConfig document. */
export interface ServiceSetting {
  environment: Record<string, string | SecretReference>;
  /** Files that appear in the service's container. `content` is literal text; a secret is named. */
  files: { mountPath: string; content: string | SecretReference }[];
}

/** Who must have signed the images whose repository begins with `images`. */
export type SignaturePolicy = { images: string; position: Position } & (
  | { issuer: string; identity: string; identityIsPattern: boolean; trustedRoot?: string }
  | { publicKey: string }
);

/** A role after inheritance and defaults: nothing is left to look up elsewhere. */
export interface Role {
  name: string;
  purpose: string;
  /** Extension names or references, in the order of roles.yaml (`like` first, then `add`), without duplicates. */
  extensions: string[];
  /** Architectures that this role is built for: all of the cluster's, or the part that the role names. */
  arch: Arch[];
  count: Count;
  subnetRouter?: SubnetRouter;
  /** Extra kernel arguments, with Talos' rules for `-key`. */
  kernelArgs: string[];
  meta: MetaValue[];
  /** Path of a machine config that is embedded in the image (Talos 1.12 and later), relative to roles.yaml. */
  embeddedConfig?: string;
  modules: ModuleSetting[];
  /** By service name (not extension name): `tailscale`, `zfs-service`, `nut-client`. */
  services: Record<string, ServiceSetting>;
  labels: Record<string, string>;
  sysctls: Record<string, string>;
  position: Position;
}

export interface ClusterNode {
  name: string;
  address: string;
  role: string;
  arch: Arch;
  controlPlane: boolean;
  /** For network boot: how a machine is recognised before it has an address. */
  mac?: string;
  serial?: string;
  uuid?: string;
  position: Position;
}

export interface ClusterNetwork {
  pods: string[];
  services: string[];
  /** CozyStack's kube-ovn join network; undefined where the cluster has none. */
  join?: string;
}

/** `roles.yaml`, loaded, checked and resolved. */
export interface RolesFile {
  /** Path as the user gave it. */
  file: string;
  cluster: {
    name: string;
    /** `vX.Y.Z`. */
    talos: string;
    cozystack?: string;
    arch: Arch[];
    network: ClusterNetwork;
    /** Registry mirrors for the nodes: registry host → endpoints in order. */
    registries: Record<string, string[]>;
  };
  images: {
    /** Registry and path prefix for installers: `ghcr.io/urmanac/moon`. */
    registry: string;
    outputs: string[];
    schematicExtension: boolean;
    /** Bytes of a disk image; absent means the smallest that Talos allows. */
    diskSize?: number;
    sectorSize: 512 | 4096;
    /** Another compression of raw disk images than the platform's own. */
    diskCompression?: DiskCompression;
  };
  signatures: SignaturePolicy[];
  roles: Role[];
  nodes: ClusterNode[];
  /** Rules silenced by id, each with a written reason. */
  silenced: { rule: string; reason: string; position: Position }[];
}
