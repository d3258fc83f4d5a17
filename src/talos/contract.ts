import type { Arch } from "./arch.ts";

/** What one extension service waits for before it starts (Talos: `depends` of the service spec). */
export interface ServiceWaits {
  /** An ExtensionServiceConfig document of exactly this service's name. */
  configuration: boolean;
  time: boolean;
  /** Absolute paths that must exist. */
  paths: string[];
  /** Ids of other services. */
  services: string[];
  /** Of `addresses`, `connectivity`, `hostname`, `etcfiles`. */
  network: string[];
}

export interface ServiceContract {
  /** Name in the service spec: the Talos service id is `ext-<name>`, and an ExtensionServiceConfig must carry this name. */
  name: string;
  /** Name of the extension that ships it. */
  extension: string;
  waitsFor: ServiceWaits;
  restart: "always" | "never" | "untilSuccess";
}

export interface ModuleContract {
  /** Module name as the kernel knows it (underscores). */
  name: string;
  /** Kernel release it was built for. */
  release: string;
  /** Names of modules it needs. */
  dependsOn: string[];
}

/** What an extension, or a role as the sum of its extensions, needs and provides. The one shape, wherever a contract is printed. */
export interface Contract {
  services: ServiceContract[];
  modules: ModuleContract[];
  /** File names under /etc/cri/conf.d. */
  criParts: string[];
  firmwareBytes: number;
  /** Architectures for which the extension has nothing in it. */
  emptyOn: Arch[];
}

export const emptyContract = (): Contract => ({
  services: [],
  modules: [],
  criParts: [],
  firmwareBytes: 0,
  emptyOn: [],
});

/** The contract of a role: the sum over its extensions, in their order. */
export function sumContracts(contracts: readonly Contract[]): Contract {
  return contracts.reduce<Contract>(
    (sum, contract) => ({
      services: [...sum.services, ...contract.services],
      modules: [...sum.modules, ...contract.modules],
      criParts: [...sum.criParts, ...contract.criParts],
      firmwareBytes: sum.firmwareBytes + contract.firmwareBytes,
      emptyOn: [...new Set([...sum.emptyOn, ...contract.emptyOn])].sort(),
    }),
    emptyContract(),
  );
}
