import { ownValue } from "../formats/own-value.ts";
import { pointless } from "../formation/rules/module-not-loaded.ts";
import { type Diagnostic } from "../roles/diagnostic.ts";
import type { RolesFile } from "../roles/model.ts";
import { badParameters } from "./causes/module-parameters.ts";
import { virtualLayers } from "./causes/waiting.ts";
import type { Expected } from "./causes/cause.ts";
import type { ObservedNode } from "./cluster-verdict.ts";
import { expectedOfNode } from "./expected-of-node.ts";
import { type Part } from "./observation.ts";
import type { Verified } from "./verify.ts";

/** What a node has and what its role says. `role` or `node` null: the one side does not have it. */
export interface DriftChange {
  kind: "talos" | "extension" | "module" | "document" | "schematic" | "label";
  name: string;
  role: string | null;
  node: string | null;
}

export interface NodeDrift {
  node: string;
  role: string;
  changes: DriftChange[];
  /** Why parts of the node could not be compared. */
  unknown: string[];
}

/** The result of `talos-roles diff --live`. */
export interface LiveDrift {
  nodes: NodeDrift[];
  /** Roles held by too few or too many nodes. */
  counts: Diagnostic[];
}

/** Compares every observed node with its role. Pure. */
export function driftOf(roles: RolesFile, { observed, expected, verdict }: Verified): LiveDrift {
  return {
    nodes: observed.map((one) => nodeDrift(one, expectedOfNode(roles, expected, one))),
    counts: verdict.cluster.filter(({ rule }) => rule === "role-count"),
  };
}

function nodeDrift({ node, observation, boots }: ObservedNode, expected: Expected): NodeDrift {
  const { version, extensions, wantedModules, serviceConfigs, schematic, kubernetes } = observation;
  const parts: Part<unknown>[] = [version, extensions, wantedModules, serviceConfigs, kubernetes];
  const changes: DriftChange[] = [
    ...(version.known ? differ("talos", "Talos", expected.talosVersion, version.value.talos) : []),
    ...(extensions.known ? extensionDrift(extensions.value, expected) : []),
    ...(schematic.known && schematic.value !== null && expected.schematic !== undefined
      ? differ("schematic", "schematic", expected.schematic, schematic.value)
      : []),
    ...(wantedModules.known ? moduleDrift(wantedModules.value, expected) : []),
    ...parameterDrift({ observation, boots, expected }),
    ...(serviceConfigs.known ? documentDrift(serviceConfigs.value, expected) : []),
    ...(kubernetes.known
      ? Object.entries(expected.labels).flatMap(([name, value]) =>
          differ("label", name, value, ownValue(kubernetes.value.labels, name) ?? null),
        )
      : []),
  ];
  const unknown = [
    ...(expected.unclear === undefined ? [] : [expected.unclear]),
    ...parts.flatMap((part) => (part.known ? [] : [part.reason])),
  ];
  // Only Talos itself is the same for every role that such a node may hold.
  const certain = changes.filter(({ kind }) => expected.unclear === undefined || kind === "talos");
  return { node: node.name, role: expected.role, changes: certain, unknown: [...new Set(unknown)] };
}

const differ = (
  kind: DriftChange["kind"],
  name: string,
  role: string | null,
  node: string | null,
): DriftChange[] => (role === node ? [] : [{ kind, name, role, node }]);

function extensionDrift(
  found: readonly { name: string; version: string }[],
  expected: Expected,
): DriftChange[] {
  const has = new Map(
    found.filter(({ name }) => !virtualLayers.has(name)).map(({ name, version }) => [name, version]),
  );
  const wants = new Map(expected.extensions.map(({ name, version }) => [name, version]));
  const missing = [...wants]
    .filter(([name]) => !has.has(name))
    .flatMap(([name, version]) => differ("extension", name, version ?? "any version", null));
  const other = [...has].flatMap(([name, version]) => {
    if (!wants.has(name)) return differ("extension", name, null, version);
    // A role without a lock says nothing of versions.
    return differ("extension", name, wants.get(name) ?? version, version);
  });
  return [...missing, ...other];
}

const essential = new Set(Object.values(pointless).map(({ module }) => module));

/** Modules the role cannot do without: those whose device a service waits for, and those that an extension is for nothing without. */
function moduleDrift(listed: readonly { name: string }[], { contract }: Expected): DriftChange[] {
  const names = new Set(listed.map(({ name }) => name.replaceAll("-", "_")));
  const paths = contract.services.flatMap(({ waitsFor }) => waitsFor.paths);
  return contract.modules
    .filter(({ name }) => (paths.includes(`/dev/${name}`) || essential.has(name)) && !names.has(name))
    .flatMap(({ name }) => differ("module", name, "listed", null));
}

const parameterDrift = (
  one: Pick<ObservedNode, "observation" | "boots"> & { expected: Expected },
): DriftChange[] =>
  badParameters(one).flatMap(({ name, parameters, missing }) =>
    differ("module", name, missing.join(" "), parameters.join(" ") || "no parameters"),
  );

function documentDrift(found: readonly { name: string }[], { contract }: Expected): DriftChange[] {
  const has = new Set(found.map(({ name }) => name));
  const services = new Set(contract.services.map(({ name }) => name));
  const missing = contract.services.filter(({ name, waitsFor }) => waitsFor.configuration && !has.has(name));
  return [
    ...missing.flatMap(({ name }) => differ("document", name, "ExtensionServiceConfig", null)),
    ...[...has]
      .filter((name) => !services.has(name))
      .flatMap((name) => differ("document", name, null, "ExtensionServiceConfig")),
  ];
}
