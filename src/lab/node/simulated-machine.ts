import { type Agent, type Exit, type MachineFact, type NetworkFlags, StartFailure } from "./agent.ts";

/** What a process of a simulated machine does once started. */
export type Behaviour =
  | { kind: "runs" }
  | { kind: "exits"; code: number; lastLog?: string }
  | { kind: "cannot-start"; stage: StartFailure["stage"]; message: string }
  /** Waits for something that never comes; Talos' own services only. */
  | { kind: "blocked"; by: string }
  /** Its start never ends. */
  | { kind: "stuck" };

/** A machine described in data. What is left out is as on a healthy machine. */
export interface MachineDescription {
  /** Modules the booted image has, with what each depends on and the path it makes. */
  modules: { name: string; dependsOn: string[]; makes?: string; loadError?: string }[];
  builtIn?: string[];
  paths?: string[];
  network?: Partial<NetworkFlags>;
  timeSynced?: boolean;
  kubernetesReady?: boolean;
  kernelParameters?: Record<string, string>;
  /** By service name. */
  services?: Record<string, Behaviour>;
  /** Links that appear while the service of this name runs. */
  links?: Record<string, string>;
  /** Addresses of links that appear, by link. */
  addresses?: Record<string, string>;
  facts?: MachineFact[];
  kernelLog?: string[];
  bootstrapped?: boolean;
}

/** An agent for a described machine. It answers as the agent in a guest would; it knows nothing of services' states. */
export function simulatedMachine(description: MachineDescription): Agent {
  const live = new Set<string>();
  const links = new Set<string>(["lo", "eth0"]);
  let pid = 1000;
  const load = (name: string): void => {
    const normal = name.replaceAll("-", "_");
    if (description.builtIn?.includes(normal) || live.has(normal)) return;
    const module = description.modules.find((one) => one.name === normal);
    if (!module) throw new Error(`module ${name} not found`);
    if (module.loadError !== undefined) throw new Error(module.loadError);
    for (const dependency of module.dependsOn) load(dependency);
    live.add(normal);
  };
  const made = () => description.modules.filter(({ name }) => live.has(name)).map(({ makes }) => makes);
  return {
    start: (service) => {
      const behaviour = description.services?.[service.name] ?? { kind: "runs" };
      if (behaviour.kind === "cannot-start")
        return Promise.reject(new StartFailure(behaviour.stage, behaviour.message));
      if (behaviour.kind === "stuck") return new Promise<never>(() => {});
      pid += 1;
      const link = description.links?.[service.name];
      if (link !== undefined && behaviour.kind === "runs") links.add(link);
      const stop = () => {
        if (link !== undefined) links.delete(link);
      };
      return Promise.resolve({ pid, exited: exitOf(behaviour), stop });
    },
    pathExists: (path) => Promise.resolve([...(description.paths ?? []), ...made()].includes(path)),
    // oxlint-disable-next-line require-await
    loadModule: async (name) => load(name),
    modules: () =>
      Promise.resolve([
        ...(description.builtIn ?? []).map((name) => ({ name, state: "built-in" as const, dependsOn: [] })),
        ...description.modules
          .filter(({ name }) => live.has(name))
          .map(({ name, dependsOn }) => ({ name, state: "live" as const, dependsOn })),
      ]),
    network: () =>
      Promise.resolve({
        address: true,
        connectivity: true,
        hostname: true,
        etcFiles: true,
        ...description.network,
      }),
    links: () => Promise.resolve([...links]),
    facts: () => Promise.resolve([...addressesOf(links, description), ...(description.facts ?? [])]),
    ...surroundings(description),
  };
}

/** What of a machine stays as it is described. */
const surroundings = (description: MachineDescription) => ({
  timeSynced: () => Promise.resolve(description.timeSynced ?? true),
  kernelParameter: (name: string) => Promise.resolve(description.kernelParameters?.[name] ?? "0"),
  kubernetesReady: () => Promise.resolve(description.kubernetesReady ?? description.bootstrapped ?? true),
  kernelLog: () => Promise.resolve(description.kernelLog ?? []),
  blockedBy: (service: string) => {
    const behaviour = description.services?.[service];
    return Promise.resolve(behaviour?.kind === "blocked" ? behaviour.by : undefined);
  },
  bootstrapped: () => Promise.resolve(description.bootstrapped ?? true),
});

/** One address for every link that has one, in the form in which Talos publishes it. */
const addressesOf = (links: ReadonlySet<string>, { addresses = {} }: MachineDescription): MachineFact[] =>
  [...links].flatMap((link) => {
    const address = addresses[link];
    if (address === undefined) return [];
    return [
      {
        namespace: "network",
        type: "AddressStatuses.net.talos.dev",
        id: `${link}/${address}`,
        spec: { address, linkName: link },
      },
    ];
  });

const exitOf = (behaviour: Behaviour): Promise<Exit> =>
  behaviour.kind === "exits"
    ? Promise.resolve({ code: behaviour.code, lastLog: behaviour.lastLog ?? "" })
    : new Promise<Exit>(() => {});
