import { join } from "node:path";
import { stringify } from "yaml";
import type { CertificateAuthority } from "../../formats/certificates.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { computeExtensions, gatewayExtensions } from "../node/cases.ts";
import { type PlannedNode, specialRole } from "./plan.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Files that say what the cluster is meant to be. */
export interface StateTexts {
  /** roles.yaml. */
  roles: string;
  /** build-record.json; undefined where nothing says what was built. */
  record?: string | undefined;
}

interface StateOptions extends StateTexts {
  nodes: readonly PlannedNode[];
  ca: CertificateAuthority;
  kubernetes: string;
  tailnet: { url: string; key: string };
}

/** Writes what a client needs to talk to the simulated cluster: talosconfig, kubeconfig, roles.yaml, build-record.json and the tailnet's key. */
export async function writeStateFiles(
  folder: string,
  { nodes, ca, kubernetes, tailnet, roles, record }: StateOptions,
): Promise<void> {
  const reader = await ca.client({ organizations: ["os:reader"] });
  const context = {
    endpoints: nodes.filter(({ controlPlane }) => controlPlane).map(({ address }) => address),
    nodes: nodes.map(({ address }) => address),
    ca: base64(ca.certificate),
    crt: base64(reader.certificate),
    // The label under which Talos itself stores such keys.
    key: base64(reader.key.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")),
  };
  await writeFileWhole(
    join(folder, "talosconfig"),
    stringify({ context: "simulated", contexts: { simulated: context } }),
    0o600,
  );
  await writeFileWhole(join(folder, "kubeconfig"), stringify(kubeconfig(ca, kubernetes, reader)), 0o600);
  await writeFileWhole(join(folder, "roles.yaml"), roles);
  if (record !== undefined) await writeFileWhole(join(folder, "build-record.json"), record);
  await writeFileWhole(join(folder, "tailnet-key"), `${tailnet.key}\n`, 0o600);
  await writeFileWhole(join(folder, "tailnet-url"), `${tailnet.url}\n`);
}

/** What the simulated images say of themselves, as a build would have recorded it; nothing was built, so there are no assets. */
export const buildRecord = (nodes: readonly PlannedNode[]): object => ({
  talosVersion: "v1.13.6",
  roles: [
    { name: "compute", extensions: computeExtensions },
    { name: "gateway", extensions: gatewayExtensions },
    ...specialNodes(nodes).map(({ state }) => ({ name: specialRole, extensions: state.extensions ?? [] })),
  ].map(({ name, extensions }) => ({
    name,
    arch: "arm64",
    extensions: extensions.map((one) => ({ name: one.name, version: one.version })),
    assets: [],
  })),
});

const specialNodes = (nodes: readonly PlannedNode[]): PlannedNode[] =>
  nodes.filter(({ role }) => role === specialRole);

function specialRoles(nodes: readonly PlannedNode[]): object {
  const usual = new Set(computeExtensions.map(({ name }) => name));
  return Object.fromEntries(
    specialNodes(nodes).map(({ state }) => {
      const add = (state.extensions ?? []).map(({ name }) => name).filter((name) => !usual.has(name));
      return [specialRole, { purpose: "Simulated node with a fault", like: "compute", extensions: { add } }];
    }),
  );
}

function kubeconfig(
  ca: CertificateAuthority,
  server: string,
  user: { certificate: string; key: string },
): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "simulated",
    contexts: [{ name: "simulated", context: { cluster: "simulated", user: "reader" } }],
    clusters: [
      { name: "simulated", cluster: { server, "certificate-authority-data": base64(ca.certificate) } },
    ],
    users: [
      {
        name: "reader",
        user: { "client-certificate-data": base64(user.certificate), "client-key-data": base64(user.key) },
      },
    ],
  };
}

/** `routes` are those of the gateway. */
export function rolesFile(nodes: readonly PlannedNode[], routes: readonly string[]): object {
  return {
    cluster: { name: "simulated", talos: "v1.13.6", arch: "arm64" },
    images: { registry: "registry.example/simulated" },
    roles: {
      compute: { purpose: "Simulated compute nodes", extensions: ["drbd", "zfs", "spin"], count: { min: 1 } },
      gateway: {
        purpose: "Simulated gateway",
        like: "compute",
        extensions: { add: ["tailscale"] },
        count: 1,
        subnetRouter: { routes },
      },
      ...specialRoles(nodes),
    },
    nodes: nodes.map(({ name, address, role, controlPlane }) => ({
      name,
      address,
      role,
      ...(controlPlane ? { controlPlane } : {}),
    })),
  };
}
