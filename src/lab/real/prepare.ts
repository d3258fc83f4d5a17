import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { RolesError } from "../../errors.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { runTool } from "../../formats/run-tool.ts";
import { unpackDisk } from "../../inspect/unpack-disk.ts";
import type { ClusterNode, RolesFile } from "../../roles/model.ts";
import { freePorts } from "../cluster/free-ports.ts";
import { labFiles, type RealSpec } from "../cluster/spec.ts";
import type { LabNetwork } from "../network/addresses.ts";
import { builtAsset } from "../vm/built-asset.ts";
import { realDisk } from "./running.ts";
import { realConfig } from "./config.ts";
import { base64, type ClusterSecrets, configPair, makeClusterSecrets } from "./secrets.ts";

export interface PreparedReal {
  spec: RealSpec;
  configOf(node: ClusterNode): Record<string, unknown>;
}

/** Makes what a cluster of real Talos has before its machines are powered on, and writes the files of its administrator. */
export async function prepareReal(
  roles: RolesFile,
  network: LabNetwork,
  state: string,
): Promise<PreparedReal> {
  const [spec, secrets] = await Promise.all([planReal(roles), makeClusterSecrets()]);
  await writeRealClients(state, { secrets, real: spec, network });
  const endpoint = network.machines[spec.firstControlPlane]?.node ?? "";
  return { spec, configOf: (node) => realConfig(node, { lan: network.lan, endpoint, secrets }) };
}

/** Ports of loopback through which this computer reaches the machines. */
async function planReal(roles: RolesFile): Promise<RealSpec> {
  const names = roles.nodes.map(({ name }) => name);
  const ports = await freePorts(["kubernetes", ...names.map((name) => `talos-${name}` as const)]);
  return {
    kubernetesPort: ports.kubernetes,
    talosPorts: names.map((name) => ports[`talos-${name}`] ?? 0),
    firstControlPlane: Math.max(
      0,
      roles.nodes.findIndex(({ controlPlane }) => controlPlane),
    ),
  };
}

/** Talos wants ten gigabytes; the file takes what is written. */
const diskSize = "12G";

/** A disk for each machine: what it writes lies in a file of its own, above the built disk image, which stays as it was built. */
export async function makeRealDisks(
  roles: RolesFile,
  { state, out, signal }: { state: string; out: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const unpacked = new Map<string, string>();
  for (const { name, role, arch } of roles.nodes) {
    const key = `${role}-${arch}`;
    const base = unpacked.get(key) ?? (await baseDisk({ state, key, out, role, arch }));
    unpacked.set(key, base);
    const disk = realDisk(state, name);
    await mkdir(dirname(disk), { recursive: true });
    await runTool(
      "qemuImg",
      ["create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", disk, diskSize],
      signal ? { signal } : {},
    );
  }
}

interface Base {
  state: string;
  key: string;
  out: string;
  role: string;
  arch: RolesFile["nodes"][number]["arch"];
}

async function baseDisk({ state, key, out, role, arch }: Base): Promise<string> {
  const { path } = await builtAsset(out, role, { asset: "metal", arch });
  const folder = join(resolve(state), "disks", key);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const found = await unpackDisk(path, folder);
  if (found?.format === "raw") return found.path;
  throw new RolesError("FORMAT_INVALID", `${path} is no raw disk image`, {
    hint: "Build again: `talos-roles build --outputs metal`.",
  });
}

/** The talosconfig and the kubeconfig of an administrator, as `talosctl` would write them. */
async function writeRealClients(
  state: string,
  { secrets, real, network }: { secrets: ClusterSecrets; real: RealSpec; network: LabNetwork },
): Promise<void> {
  const name = "lab";
  const admin = await secrets.os.client({ organizations: ["os:admin"] });
  const { crt: ca } = configPair(secrets.os, "ed25519");
  const talos = {
    endpoints: [`127.0.0.1:${real.talosPorts[real.firstControlPlane]}`],
    nodes: network.machines.map(({ node }) => node),
    ca,
    crt: base64(admin.certificate),
    key: base64(admin.key.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")),
  };
  const user = await secrets.kubernetes.client({ name: "admin", organizations: ["system:masters"] });
  const kubernetes = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: "admin" } }],
    clusters: [
      {
        name,
        cluster: {
          server: `https://127.0.0.1:${real.kubernetesPort}`,
          "certificate-authority-data": base64(secrets.kubernetes.certificate),
        },
      },
    ],
    users: [
      {
        name: "admin",
        user: { "client-certificate-data": base64(user.certificate), "client-key-data": base64(user.key) },
      },
    ],
  };
  await writeFileWhole(
    join(state, labFiles.talosconfig),
    stringify({ context: name, contexts: { [name]: talos } }),
    0o600,
  );
  await writeFileWhole(join(state, labFiles.kubeconfig), stringify(kubernetes), 0o600);
}
