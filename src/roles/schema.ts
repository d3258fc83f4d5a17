import { z } from "zod";
import { defaults } from "./defaults.ts";
import { diskCompressions, outputs } from "./outputs.ts";
import { flag, line, list, oneOrMore, optional, required, strict, text, words } from "./schema-parts.ts";
import { role } from "./schema-role.ts";
import { arch, cidr, identity, ipv4, ipv6, name, nodeName, path, url, version } from "./schema-values.ts";

const node = strict({
  name: required(nodeName, "Host name of the node."),
  address: required(text("an IP address", new RegExp(`^(?:${ipv4}|${ipv6})$`)), "Where talosctl reaches it."),
  role: required(name, "Which role it has."),
  arch: optional(arch, "Its architecture; the first of its role's without it."),
  controlPlane: optional(flag, "Whether it is a control plane node.", defaults.node.controlPlane),
  mac: optional(
    text("a MAC address like 52:54:00:12:34:56", /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$/),
    "For network boot: how the machine is recognised before it has an address.",
  ),
  serial: optional(line("a serial number"), "As `mac`, by serial number."),
  uuid: optional(
    text("a UUID", /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/),
    "As `mac`, by the UUID of the firmware.",
  ),
});

const { cluster: own, images: ownImages } = defaults;
const network = strict({
  pods: optional(oneOrMore(cidr, "CIDRs"), "Addresses of pods.", own.network.pods),
  services: optional(oneOrMore(cidr, "CIDRs"), "Addresses of services.", own.network.services),
  join: optional(
    cidr,
    "Join network of CozyStack's kube-ovn. It must lie outside Tailscale's 100.64.0.0/10.",
  ),
});

const cluster = strict({
  name: optional(nodeName, "Name of the cluster.", own.name),
  talos: optional(
    version,
    "Talos version of every node. `cozystack` pins it where this is left out.",
    own.talos,
  ),
  cozystack: optional(
    version,
    "CozyStack release: pins the Talos version, and brings what CozyStack needs on every node.",
  ),
  arch: optional(oneOrMore(arch, "architectures"), "Architectures of the nodes: one, or a list.", own.arch),
  network: optional(network, "The cluster's own networks."),
  registries: optional(
    z.record(
      z.string(),
      list(url, "endpoints").min(1, "at least one endpoint is needed"),
      "a map from registry host to endpoints is expected here",
    ),
    "Registry mirrors for the nodes: registry host to endpoints, in order.",
    own.registries,
  ),
});

const images = strict({
  registry: optional(
    text(
      "a registry and path like ghcr.io/me/cluster",
      /^[A-Za-z0-9.-]+(?::\d+)?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/,
    ),
    "Registry and path for installers: they land at `<registry>/talos-<role>:<talos version>`.",
    ownImages.registry,
  ),
  outputs: optional(
    list(words(outputs), "outputs").min(1, "at least one output is needed"),
    "What is built of every role; the name of a platform means its disk image.",
    ownImages.outputs,
  ),
  schematicExtension: optional(
    flag,
    "Puts the virtual extension `schematic` into images, so that Omni and others can read the role from the node. From Talos 1.14 on an installed node may take its next image from it, so think first.",
    ownImages.schematicExtension,
  ),
  diskSize: optional(
    text("a size like 8GiB or 4096MiB", /^[1-9][0-9]*(?:MiB|GiB)$/),
    "Size of disk images; the smallest that Talos allows without it.",
  ),
  diskCompression: optional(
    words(diskCompressions),
    "What raw disk images are packed in, where it is not to be their platform's own (`zst`): CozyStack names its images `raw.xz`.",
  ),
  sectorSize: optional(
    z.union([z.literal(512), z.literal(4096)], { error: "512 or 4096 is expected here" }),
    "Sector size of disk images in bytes; 4096 from Talos 1.14 on.",
    ownImages.sectorSize,
  ),
});

const signedImages = required(
  line("the beginning of a repository, like ghcr.io/siderolabs/"),
  "The images this is about: how their repository begins. Where several fit, the longest counts.",
);
const signature = z.union(
  [
    strict({
      images: signedImages,
      issuer: required(text("an https URL", /^https:\/\/[^\s]+$/), "Who vouches for the signer's identity."),
      identity: required(identity, "The signer: text, or a `/regular expression/` that matches all of it."),
      trustedRoot: optional(path, "Sigstore's trusted root as a file, relative to this one."),
    }),
    strict({
      images: signedImages,
      publicKey: required(path, "The signer's public key as a file, relative to this one. Works offline."),
    }),
  ],
  { error: "`{images, issuer, identity}` or `{images, publicKey}` is expected here" },
);

const silenced = strict({
  rule: required(text("a rule's id", /^[a-z0-9]+(?:-[a-z0-9]+)*$/), "The rule's id."),
  reason: required(
    text("a reason of at least ten letters, for the next reader", /^[^\r\n]{10,}$/),
    "Why; the output shows it.",
  ),
});

const roles = z
  .record(name, role, "a map from role name to role is expected here")
  .refine((roles) => Object.keys(roles).length > 0, "at least one role is needed")
  .meta({ minProperties: 1 });

/** `roles.yaml` as people write it. Strict: an unknown key is an error. Everything but `roles` may be left out. */
export const rolesSchema = strict({
  $schema: optional(z.string(), "The JSON Schema of this file, for editors."),
  cluster: optional(cluster, "What all nodes share."),
  images: optional(images, "What is built, and where it goes."),
  roles: required(roles, "The roles by name."),
  nodes: optional(
    list(node, "nodes"),
    "The inventory: which machine has which role. Counts are held against it.",
    [],
  ),
  signatures: optional(
    list(signature, "signature policies"),
    "Who must have signed the images that are built from (`lock --verify`).",
    [],
  ),
  silenced: optional(
    list(silenced, "silenced rules"),
    "Rules of `check` that do not apply here, each with the reason.",
    [],
  ),
});

export type RolesInput = z.infer<typeof rolesSchema>;
export type RoleInput = z.infer<typeof role>;
