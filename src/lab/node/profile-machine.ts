import { moduleOwner } from "../../catalog/module-owner.ts";
import { producerOf } from "../../formation/known-paths.ts";
import type { NodeInput } from "../../formation/model.ts";
import { imageHas } from "../../formation/needs.ts";
import type { Subject } from "../../formation/subject.ts";
import { nearest } from "../../roles/nearest.ts";
import { type Cidr, inTailnet, overlaps, parseCidr } from "../../talos/cidr.ts";
import { moduleName } from "../../talos/config/modules.ts";
import { clusterSubnets, defaultSubnets, staticAddresses } from "../../talos/config/settings.ts";
import { nodeAt, textOf } from "../../talos/config/tree.ts";
import { programsOf } from "./profile-programs.ts";
import type { MachineDescription } from "./simulated-machine.ts";

/** The machine that a judged node is: what its image, its config and its surroundings make of it. What nobody said is as on a healthy one. */
export function machineOfProfile(
  subject: Subject,
  { node, talosVersion }: { node: NodeInput; talosVersion: string },
): MachineDescription {
  const paths = subject.contract.services.flatMap(({ waitsFor }) => waitsFor.paths);
  const noAddress = isInClusterNetwork(subject, node);
  const programs = programsOf(subject);
  return {
    modules: modulesOf(subject, { paths, talosVersion }),
    builtIn: ["tun", "openvswitch"],
    paths: paths.filter((path) => isThere(path, subject)),
    links: { tailscale: "tailscale0" },
    addresses: { tailscale0: "100.100.1.1" },
    services: noAddress ? { ...programs, kubelet: { kind: "blocked", by: "nodeIP" } } : programs,
    ...(probesTailnet(subject) ? { network: { connectivity: false } } : {}),
    facts: [...(noAddress ? [overlapDiagnostic] : []), ...(probesTailnet(subject) ? [failedProbe] : [])],
  };
}

function modulesOf(
  subject: Subject,
  { paths, talosVersion }: { paths: readonly string[]; talosVersion: string },
): MachineDescription["modules"] {
  const made = paths.flatMap((path) => {
    const producer = producerOf(path);
    // A driver without its card makes nothing.
    return producer.by === "module" && producer.hardware === undefined
      ? [{ name: producer.module, path }]
      : [];
  });
  const carried = subject.contract.modules.map(({ name }) => moduleName(name));
  const listed = subject.modules.map(({ name }) => name);
  const names = new Set([
    ...carried,
    ...made.map(({ name }) => name).filter((name) => imageHas(subject, name) !== false),
    ...listed
      .filter((name) => !made.some((one) => one.name === name))
      .filter((name) => isOfKernel(name, { carried, listed, talosVersion })),
  ]);
  return [...names].map((name) => {
    const path = made.find((one) => one.name === name)?.path;
    const loadError = loadErrorOf(subject, name, talosVersion);
    return {
      name,
      dependsOn: [],
      ...(path === undefined ? {} : { makes: path }),
      ...(loadError === undefined ? {} : { loadError }),
    };
  });
}

/** A module that no extension has is one of the kernel's own, unless it only looks like one that the image has. */
const isOfKernel = (
  name: string,
  { carried, listed, talosVersion }: { carried: string[]; listed: string[]; talosVersion: string },
): boolean =>
  moduleOwner(name, talosVersion) === undefined &&
  nearest(
    name,
    carried.filter((one) => !listed.includes(one)),
    1,
  ).length === 0;

/** What the kernel says of a module of another build, without a signature, or that is not in its list. */
function loadErrorOf({ extensions, image }: Subject, name: string, talos: string): string | undefined {
  const owner = extensions.find(({ contract }) =>
    contract?.modules.some((one) => moduleName(one.name) === name),
  );
  const fault = (sort: string) =>
    image.faults.some(
      (one) => one.sort === sort && (one.extension === undefined || one.extension === owner?.name),
    );
  if (fault("module-list")) return `module ${name} not found`;
  if (fault("module-signature")) return `load ${name} failed: key was rejected by service`;
  const release = owner?.contract?.modules.find((one) => moduleName(one.name) === name)?.release ?? "";
  const otherKernel = image.kernelRelease !== undefined && release !== "" && release !== image.kernelRelease;
  return isForeign(owner?.version, talos) || otherKernel
    ? `load ${name} failed: exec format error`
    : undefined;
}

/** The suffix of an extension's version is the Talos release it was built in. */
const isForeign = (version: string | undefined, talos: string): boolean => {
  const [, built] = /-(v\d+\.\d+\.\d+)$/.exec(version ?? "") ?? [];
  return built !== undefined && built !== talos;
};

function isThere(path: string, { profile, documents }: Subject): boolean {
  const producer = producerOf(path);
  switch (producer.by) {
    case "talos":
      return true;
    case "document":
      return documents.some(({ kind, name }) => kind === producer.kind && name === producer.name);
    case "platform":
      return profile.platform !== undefined && producer.platforms.includes(profile.platform);
    default:
      return false;
  }
}

/** What Talos says where its host's own address lies in a network of the cluster; the kubelet then finds none. */
const overlapDiagnostic = {
  namespace: "runtime",
  type: "Diagnostics.runtime.talos.dev",
  id: "address-overlap",
  spec: { message: "host and Kubernetes pod/service CIDR addresses overlap", details: [] },
};

function isInClusterNetwork({ documents, roles }: Subject, { address }: NodeInput): boolean {
  const written = staticAddresses(documents).map(({ text }) => text.replace(/\/.*/, ""));
  const hosts = cidrs(written.length > 0 ? written : [address ?? ""]);
  const networks = (["pods", "services"] as const).flatMap((which) => {
    const { values, isDefault } = clusterSubnets(documents, which);
    return cidrs(
      isDefault ? (roles?.cluster.network[which] ?? defaultSubnets[which]) : values.map(({ text }) => text),
    );
  });
  return hosts.length > 0 && hosts.every((host) => networks.some((network) => overlaps(host, network)));
}

const cidrs = (texts: readonly string[]): Cidr[] => texts.flatMap((text) => parseCidr(text) ?? []);

const failedProbe = {
  namespace: "network",
  type: "ProbeStatuses.net.talos.dev",
  id: "tailnet",
  spec: { success: false, lastError: "dial tcp: i/o timeout" },
};

/** A probe of an address that only tailscale makes reachable fails for as long as tailscale waits for it. */
const probesTailnet = ({ documents }: Subject): boolean =>
  documents.some(({ kind, root }) => {
    if (kind !== "TCPProbeConfig" && kind !== "HTTPProbeConfig") return false;
    const target = textOf(nodeAt(root, [kind === "TCPProbeConfig" ? "endpoint" : "url"])) ?? "";
    const [, host = ""] = /^(?:\w+:\/\/)?([^:/]+)/.exec(target) ?? [];
    return inTailnet(host) || host.endsWith(".ts.net");
  });
