import { join } from "node:path";
import { stringify } from "yaml";
import type { CertificateAuthority } from "../../formats/certificates.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { labFiles } from "./spec.ts";

interface ClientFiles {
  ca: CertificateAuthority;
  /** Of the control planes' Talos APIs, with ports. */
  endpoints: string[];
  nodes: string[];
  kubernetes: string;
}

const name = "lab";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Writes the talosconfig and the kubeconfig that talk to the lab; they may read. */
export async function writeClientFiles(
  state: string,
  { ca, endpoints, nodes, kubernetes }: ClientFiles,
): Promise<void> {
  const reader = await ca.client({ organizations: ["os:reader"] });
  const context = {
    endpoints,
    nodes,
    ca: base64(ca.certificate),
    crt: base64(reader.certificate),
    // The label under which Talos itself stores such keys.
    key: base64(reader.key.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")),
  };
  const cluster = { server: kubernetes, "certificate-authority-data": base64(ca.certificate) };
  const user = {
    "client-certificate-data": base64(reader.certificate),
    "client-key-data": base64(reader.key),
  };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: "reader" } }],
    clusters: [{ name, cluster }],
    users: [{ name: "reader", user }],
  };
  const talosconfig = { context: name, contexts: { [name]: context } };
  await writeFileWhole(join(state, labFiles.talosconfig), stringify(talosconfig), 0o600);
  await writeFileWhole(join(state, labFiles.kubeconfig), stringify(kubeconfig), 0o600);
}
