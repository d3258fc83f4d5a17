import { parseLock } from "../../src/catalog/lock-file.ts";
import { canonicalSchematic } from "../../src/catalog/schematic/canonical.ts";
import { readSchematic } from "../../src/catalog/schematic/read.ts";
import { parseExtensionsYaml } from "../../src/inspect/extensions-yaml.ts";
import { parseOsRelease } from "../../src/inspect/os-release.ts";
import { makeCertificateAuthority } from "../../src/formats/certificates.ts";
import { loadKubeconfig } from "../../src/kubernetes/kubeconfig.ts";
import { parseDockerConfig } from "../../src/oci/auth/docker-config.ts";
import { parseDocument } from "../../src/oci/document.ts";
import { manifestType } from "../../src/oci/manifest-type.ts";
import { imageConfigSchema, imageIndexSchema, imageManifestSchema } from "../../src/oci/model.ts";
import { formatReference, parseReference } from "../../src/oci/reference.ts";
import { parseRoles } from "../../src/roles/load.ts";
import { decode, encode } from "../../src/talos/api/codec.ts";
import { endpointAddress, loadTalosconfig } from "../../src/talos/api/talosconfig.ts";
import { parseCmdline, printCmdline } from "../../src/talos/cmdline.ts";
import { readConfig } from "../../src/talos/config/document.ts";
import { applyPatches } from "../../src/talos/config/patch.ts";
import { parseExtensionManifest } from "../../src/talos/extension-manifest.ts";
import { parseServiceSpec } from "../../src/talos/service-spec.ts";
import { fuzzReader, type FuzzReader, inFile, textWords } from "./reader.ts";

const text = (bytes: Buffer): string => bytes.toString("utf8");

const manifest = `version: v1alpha1
metadata: {name: drbd, version: 9.2.14-v1.13.6, author: A, description: |
    d, compatibility: {talos: {version: ">= v1.5.0"}}}
`;
const service = `name: tailscale
container:
  entrypoint: ./usr/local/bin/containerboot
  environment: [TS_STATE_DIR=/var/lib/tailscale]
  mounts: [{source: /dev/net/tun, destination: /dev/net/tun, type: bind, options: [bind, rw]}]
depends: [{service: cri}, {network: [addresses]}, {configuration: true}]
restart: always
`;
const config = `machine: {type: worker, kernel: {modules: [{name: drbd, parameters: [a=b]}]}, install: {image: "ghcr.io/x/y:v1"}}
cluster: {network: {podSubnets: [10.244.0.0/16]}}
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: tailscale
environment: [TS_AUTHKEY=x]
`;
const jsonPatch = '[{"op": "add", "path": "/machine/kernel/modules/-", "value": {"name": "zfs"}}]';
const roles = `cluster: {talos: v1.13.6, arch: [arm64]}
roles:
  compute: {extensions: [drbd, zfs], count: {min: 1}}
  gateway: {like: compute, extensions: {add: [tailscale]}, count: 1, subnetRouter: {routes: [pods]}}
nodes: [{name: n1, address: 10.0.0.1, role: gateway}]
`;
/** With a certificate made for the run; its key is of no use to anyone. */
async function talosconfig(): Promise<string> {
  const authority = await makeCertificateAuthority();
  const client = await authority.client({ organizations: ["os:reader"] });
  const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
  return `context: a
contexts: {a: {endpoints: ["https://10.0.0.1:50000"], nodes: [10.0.0.2], ca: ${base64(authority.certificate)}, crt: ${base64(client.certificate)}, key: ${base64(client.key)}}}
`;
}
const kubeconfig = `apiVersion: v1
kind: Config
current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: QQ==}}]
users: [{name: a, user: {token: t}}]
`;
const digest = `sha256:${"0".repeat(64)}`;
const descriptor = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 7 };
const image = JSON.stringify({
  schemaVersion: 2,
  config: descriptor,
  layers: [descriptor],
  annotations: { a: "b" },
});
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [{ ...descriptor, platform: { os: "linux", architecture: "arm64" } }],
});
const imageConfig = JSON.stringify({
  os: "linux",
  architecture: "arm64",
  rootfs: { type: "layers", diff_ids: [digest] },
});
const schematic = `customization:
  extraKernelArgs: [console=ttyS0]
  systemExtensions: {officialExtensions: [siderolabs/drbd, siderolabs/zfs]}
`;
const dockerConfig =
  '{"auths": {"ghcr.io": {"auth": "YTpi"}}, "credHelpers": {"a.example": "x"}, "credsStore": "y"}';
const lock = JSON.stringify({
  lockVersion: 1,
  rolesChecksum: digest,
  talos: "v1.13.6",
  architectures: {},
  roles: {},
});
const messages = [
  "machine.ServiceListResponse",
  "machine.Event",
  "cosi.resource.WatchResponse",
  "machine.VersionResponse",
];

function readManifest(bytes: Buffer): unknown {
  const type = manifestType(bytes, undefined, "x");
  const schema = type.includes("index") || type.includes("list") ? imageIndexSchema : imageManifestSchema;
  return Object.keys(parseDocument<object>(bytes, schema, "x"));
}

/** A reference that is taken must come back as it was written. */
function readReference(bytes: Buffer): unknown {
  const reference = parseReference(text(bytes));
  const again = parseReference(formatReference(reference));
  if (JSON.stringify(again) !== JSON.stringify(reference))
    throw new Error("a reference changes when written and read");
  return Object.keys(reference);
}

function readCmdline(bytes: Buffer): unknown {
  const printed = printCmdline(parseCmdline(text(bytes)));
  if (/[\n\t]/.test(printed)) throw new Error("a command line is printed in several lines");
  return printed.length > 0;
}

function readMachineConfig(bytes: Buffer): unknown {
  const base = readConfig(config, "base.yaml");
  const patch = readConfig(text(bytes), "x.yaml");
  const { documents, problems } = applyPatches(base.documents, [patch]);
  return {
    documents: documents.map(({ kind }) => kind),
    problems: problems.map(({ sort }) => sort),
    bad: patch.problem,
  };
}

/** Readers of text, all in this process. */
export const textReaders = async (): Promise<FuzzReader[]> => [
  fuzzReader("extension-manifest", {
    seeds: [manifest],
    words: textWords,
    read: (bytes) => parseExtensionManifest(text(bytes), "x"),
  }),
  fuzzReader("service-spec", {
    seeds: [service],
    words: [...textWords, "network: ", "depends: ", "path: /x", "restart: never"],
    read: (bytes) => parseServiceSpec(text(bytes), "x"),
  }),
  fuzzReader("machine-config", {
    seeds: [config, jsonPatch],
    words: [...textWords, "kind: ", "machine: ", '"op": "remove"', '"path": "/machine/0/-"', "~1", "name: "],
    read: readMachineConfig,
  }),
  fuzzReader("roles-yaml", {
    seeds: [roles],
    words: [...textWords, "like: gateway", "count: ", "add: [x]", "min: -1", "routes: "],
    read: (bytes) => Object.keys(parseRoles(text(bytes), "roles.yaml").roles.roles),
  }),
  fuzzReader("talosconfig", {
    seeds: [await talosconfig()],
    words: [...textWords, "https://", "[::1]:1", ":99999"],
    read: inFile("talosconfig", async (path) => {
      const context = await loadTalosconfig({ path });
      return context.endpoints.map((one) => typeof endpointAddress(one).port);
    }),
  }),
  fuzzReader("kubeconfig", {
    seeds: [kubeconfig],
    words: [...textWords, "exec: {command: x}", "tokenFile: /dev/null"],
    read: inFile("kubeconfig", (path) => loadKubeconfig({ path })),
  }),
  fuzzReader("oci-manifest", {
    seeds: [image, index],
    words: [...textWords, digest, '"size": -1'],
    read: readManifest,
  }),
  fuzzReader("oci-config", {
    seeds: [imageConfig],
    words: textWords,
    read: (bytes) => Object.keys(parseDocument<object>(bytes, imageConfigSchema, "x")),
  }),
  fuzzReader("oci-reference", {
    seeds: ["ghcr.io/siderolabs/drbd:9.2.14-v1.13.6", `127.0.0.1:5000/a/b@${digest}`, "localhost/x:y"],
    words: ["@sha256:", "://", "//", "..", "[::1]:5000/", "%2f", "\u001B[31m", "K"],
    read: readReference,
  }),
  fuzzReader("docker-config", {
    seeds: [dockerConfig],
    words: textWords,
    read: (bytes) => parseDockerConfig(text(bytes), "config.json"),
  }),
  fuzzReader("schematic", {
    seeds: [schematic],
    words: [...textWords, "overlay: {image: x, name: y}", "meta: [{key: 10, value: x}]"],
    read: (bytes) => canonicalSchematic(readSchematic(text(bytes))).length > 0,
  }),
  fuzzReader("lock", {
    seeds: [lock],
    words: textWords,
    read: (bytes) => parseLock(text(bytes), "roles.lock.json"),
  }),
  fuzzReader("extensions-yaml", {
    seeds: ["layers: [{image: drbd.sqsh, metadata: {name: drbd, version: v1, author: a, description: d}}]\n"],
    words: textWords,
    read: (bytes) => parseExtensionsYaml(text(bytes)),
  }),
  fuzzReader("os-release", {
    seeds: ['NAME="Talos"\nID=talos\nVERSION_ID=v1.13.6\n'],
    words: ["\\", '"', "'", "$", "=", "\n"],
    read: (bytes) => Object.keys(parseOsRelease(text(bytes))).length,
  }),
  fuzzReader("kernel-command-line", {
    seeds: ['talos.platform=metal console=tty0 -selinux x="a b"'],
    words: ['"', "=", "-", " ", "\n", "\0"],
    read: readCmdline,
  }),
  fuzzReader("talos-api", {
    seeds: [
      encode("machine.ServiceListResponse", {
        messages: [{ services: [{ id: "ext-x", state: "Waiting" }] }],
      }),
      encode("cosi.resource.WatchResponse", {
        event: [{ resource: { metadata: { id: "x" } }, eventType: 1 }],
      }),
    ],
    words: ["\xff\xff\xff\xff\x0f", "\x0a", "\x12", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"],
    read: (bytes) => decode<object>(messages[(bytes[0] ?? 0) % messages.length] ?? "", bytes),
  }),
];
