import { encode } from "../../talos/api/codec.ts";
import type { Resource } from "../../talos/api/types.ts";

interface Definition {
  type: string;
  namespace: string;
  aliases: string[];
  columns?: { name: string; jsonPath: string }[];
}

/** The resource types a node publishes, with the short names by which people ask for them. */
const definitions: Definition[] = [
  {
    type: "AddressStatuses.net.talos.dev",
    namespace: "network",
    aliases: ["address", "addresses", "addressstatus", "addressstatuses"],
    columns: [
      { name: "Address", jsonPath: "{.address}" },
      { name: "Link", jsonPath: "{.linkName}" },
    ],
  },
  { type: "BootIDs.runtime.talos.dev", namespace: "runtime", aliases: ["bootid", "bootids"] },
  { type: "Diagnostics.runtime.talos.dev", namespace: "runtime", aliases: ["diagnostic", "diagnostics"] },
  {
    type: "ExtensionStatuses.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["extension", "extensions", "extensionstatus", "extensionstatuses"],
    columns: [
      { name: "Name", jsonPath: "{.metadata.name}" },
      { name: "Version", jsonPath: "{.metadata.version}" },
    ],
  },
  {
    type: "ExtensionServiceConfigStatuses.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["extensionserviceconfigstatus", "extensionserviceconfigstatuses"],
  },
  {
    type: "KernelModuleSpecs.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["kernelmodulespec", "kernelmodulespecs", "modules", "module"],
  },
  {
    type: "KernelModuleStatuses.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["kernelmodulestatus", "kernelmodulestatuses"],
  },
  {
    type: "KernelParamStatuses.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["kernelparamstatus", "kernelparamstatuses", "sysctls"],
  },
  {
    type: "LinkStatuses.net.talos.dev",
    namespace: "network",
    aliases: ["link", "links", "linkstatus", "linkstatuses"],
  },
  {
    type: "LoadedKernelModules.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["loadedkernelmodule", "loadedkernelmodules"],
  },
  {
    type: "MachineStatuses.runtime.talos.dev",
    namespace: "runtime",
    aliases: ["machinestatus", "machinestatuses"],
    columns: [
      { name: "Stage", jsonPath: "{.stage}" },
      { name: "Ready", jsonPath: "{.status.ready}" },
    ],
  },
  {
    type: "Members.cluster.talos.dev",
    namespace: "cluster",
    aliases: ["member", "members"],
    columns: [
      { name: "Hostname", jsonPath: "{.hostname}" },
      { name: "Machine Type", jsonPath: "{.machineType}" },
    ],
  },
  { type: "MemoryStats.perf.talos.dev", namespace: "perf", aliases: ["memorystat", "memorystats"] },
  {
    type: "NetworkStatuses.net.talos.dev",
    namespace: "network",
    aliases: ["networkstatus", "networkstatuses"],
  },
  { type: "NodeIPs.kubernetes.talos.dev", namespace: "k8s", aliases: ["nodeip", "nodeips"] },
  { type: "NodeStatuses.kubernetes.talos.dev", namespace: "k8s", aliases: ["nodestatus", "nodestatuses"] },
  {
    type: "ProbeStatuses.net.talos.dev",
    namespace: "network",
    aliases: ["probe", "probes", "probestatus", "probestatuses"],
  },
  {
    type: "RouteStatuses.net.talos.dev",
    namespace: "network",
    aliases: ["route", "routes", "routestatus", "routestatuses"],
  },
  { type: "SecurityStates.talos.dev", namespace: "runtime", aliases: ["securitystate"] },
  { type: "Services.v1alpha1.talos.dev", namespace: "runtime", aliases: ["svc", "service", "services"] },
  { type: "TimeStatuses.v1alpha1.talos.dev", namespace: "runtime", aliases: ["timestatus", "timestatuses"] },
  {
    type: "VolumeStatuses.block.talos.dev",
    namespace: "runtime",
    aliases: ["volumestatus", "volumestatuses"],
    columns: [{ name: "Phase", jsonPath: "{.phase}" }],
  },
];

export const definitionType = "ResourceDefinitions.meta.cosi.dev";
export const isKnownType = (type: string): boolean =>
  type === definitionType || definitions.some((one) => one.type === type);

/** What a client lists first: types, default namespaces and aliases. */
export const resourceDefinitions = (): Resource[] => definitions.map(definitionOf);

function definitionOf({ type, namespace, aliases, columns = [] }: Definition): Resource {
  const displayType = (type.split(".")[0] ?? type).replace(/ses$/, "s").replace(/s$/, "");
  const fields = {
    resourceType: type,
    displayType,
    defaultNamespace: namespace,
    aliases,
    allAliases: aliases,
    printColumns: columns,
  };
  const yamlSpec = [
    `type: ${type}`,
    `displayType: ${displayType}`,
    `aliases: [${aliases.join(", ")}]`,
    `defaultNamespace: ${namespace}`,
    "",
  ].join("\n");
  return {
    metadata: {
      namespace: "meta",
      type: definitionType,
      id: type.toLowerCase(),
      version: "1",
      owner: "",
      phase: "running",
    },
    spec: { protoSpec: encode("specs.ResourceDefinition", fields), yamlSpec },
  };
}
