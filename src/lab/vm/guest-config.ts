import { parseAllDocuments } from "yaml";
import { RolesError } from "../../errors.ts";
import { readConfig } from "../../talos/config/document.ts";
import { modulesOf } from "../../talos/config/modules.ts";
import { hostname, machineType, rootValue, sysctl } from "../../talos/config/settings.ts";
import { entriesOf, itemsOf, nodeAt, textOf } from "../../talos/config/tree.ts";
import type { ServiceConfig } from "../node/agent.ts";
import type { NodeConfig } from "../node/model.ts";

/** What a machine does with the machine config that it was given. */
export interface GuestConfig {
  node: NodeConfig;
  hostname: string;
  /** Interface → its addresses with prefix. */
  addresses: { interface: string; address: string }[];
  /** Lines of /etc/hosts. */
  hosts: { address: string; names: string[] }[];
  sysctls: { name: string; value: string }[];
  /** Whether members of the cluster find each other; they do unless the config says otherwise. */
  discovery: boolean;
}

/** What Talos itself sets on every node (KernelParamDefaultsController); the config may say otherwise. */
const defaultSysctls = ["net.ipv4.ip_forward"];

/** Reads a machine config as Talos would, as far as the lab's machines act on it. Errors: CONFIG_INVALID. */
export function guestConfig(text: string, file: string): GuestConfig {
  const { documents, problem } = readConfig(text, file);
  const type = problem ? undefined : machineType(documents);
  if (problem || type === undefined) {
    throw new RolesError(
      "CONFIG_INVALID",
      `${file} is no machine config: ${problem?.message ?? "it has no machine.type"}`,
    );
  }
  const own = entriesOf(rootValue(documents, ["machine", "sysctls"])).flatMap(([name, { value }]) => {
    const found = textOf(value);
    return found === undefined ? [] : [{ name, value: found }];
  });
  const missing = defaultSysctls.filter((name) => sysctl(documents, name) === undefined);
  return {
    node: {
      controlPlane: type === "controlplane",
      modules: modulesOf(documents).map(({ name, parameters }) => ({ name, parameters })),
      serviceConfigs: serviceConfigs(text),
      labels: Object.fromEntries(
        entriesOf(rootValue(documents, ["machine", "nodeLabels"])).map(([name, { value }]) => [
          name,
          textOf(value) ?? "",
        ]),
      ),
    },
    hostname: hostname(documents) ?? "talos",
    addresses: itemsOf(rootValue(documents, ["machine", "network", "interfaces"])).flatMap((one) =>
      itemsOf(nodeAt(one, ["addresses"])).map((address) => ({
        interface: textOf(nodeAt(one, ["interface"])) ?? "",
        address: textOf(address) ?? "",
      })),
    ),
    hosts: itemsOf(rootValue(documents, ["machine", "network", "extraHostEntries"])).map((one) => ({
      address: textOf(nodeAt(one, ["ip"])) ?? "",
      names: itemsOf(nodeAt(one, ["aliases"])).flatMap((name) => textOf(name) ?? []),
    })),
    discovery: textOf(rootValue(documents, ["cluster", "discovery", "enabled"])) !== "false",
    sysctls: [...missing.map((name) => ({ name, value: "1" })), ...own],
  };
}

interface ServiceDocument {
  kind?: string;
  name?: string;
  environment?: string[];
  configFiles?: ServiceConfig["configFiles"];
}

/** The documents of extension services as plain data: a service gets its environment as it is written, `${…}` and all. */
const serviceConfigs = (text: string): ServiceConfig[] =>
  parseAllDocuments(text, { logLevel: "error" })
    .map((document) => (document.toJS({ maxAliasCount: 20 }) ?? {}) as ServiceDocument)
    .filter(({ kind, name }) => kind === "ExtensionServiceConfig" && name !== undefined)
    .map(({ name = "", environment = [], configFiles = [] }) => ({ name, environment, configFiles }));
