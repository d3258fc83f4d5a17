import type { MachineStage } from "../talos/api/enums.ts";

/** A thing that was read from a node, or why it could not be. Not knowing is never the same as no. */
export type Part<T> = { known: true; value: T } | { known: false; reason: string };

export const known = <T>(value: T): Part<T> => ({ known: true, value });
export const unknown = (reason: string): Part<never> => ({ known: false, reason });

/** The value of a part, or `otherwise` where it is not known. */
export const valueOr = <T, U>(part: Part<T>, otherwise: U): T | U => (part.known ? part.value : otherwise);

export interface ObservedExtension {
  name: string;
  version: string;
  author: string;
}

export interface ObservedService {
  id: string;
  state: string;
  /** Oldest first; at most the 64 that Talos keeps. `at` is milliseconds since the epoch. */
  events: { state: string; message: string; at: number }[];
}

export interface ObservedModule {
  name: string;
  /** `live`, `built-in`, `loading`, `unloading`. */
  state: string;
}

export interface ObservedMachine {
  stage: MachineStage;
  ready: boolean;
  unmet: { name: string; reason: string }[];
}

export interface ObservedKubernetes {
  nodename: string;
  ready: boolean;
  labels: Record<string, string>;
}

export interface ObservedNetwork {
  address: boolean;
  connectivity: boolean;
  hostname: boolean;
  etcFiles: boolean;
}

export interface WantedModule {
  name: string;
  parameters: string[];
}

/** An ExtensionServiceConfig document that is active. */
export interface ObservedServiceConfig {
  name: string;
  /** When it first became active in this boot, milliseconds since the epoch; 0 where the node does not say. */
  created: number;
}

/** One node as its own API shows it at one moment. All of it can be read with an `os:reader` certificate. */
export interface Observation {
  address: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Not known when the node could not be reached at all; then nothing else is known either. */
  version: Part<{ talos: string; arch: string; mode: string }>;
  extensions: Part<ObservedExtension[]>;
  services: Part<ObservedService[]>;
  /** Image Factory's id of the image; null for an image that has none, as those of the plain imager. */
  schematic: Part<string | null>;
  serviceConfigs: Part<ObservedServiceConfig[]>;
  /** Modules that the machine config lists. */
  wantedModules: Part<WantedModule[]>;
  modules: Part<ObservedModule[]>;
  machine: Part<ObservedMachine>;
  kubernetes: Part<ObservedKubernetes>;
  network: Part<ObservedNetwork>;
  timeSynced: Part<boolean>;
  bootId: Part<string>;
  /** Links that matter here, by name: `tailscale0`. */
  tunnelUp: Part<boolean>;
  ipv6Forwarding: Part<boolean>;
  /** Talos' own Diagnostic resources: id and message. */
  diagnostics: Part<{ id: string; message: string }[]>;
  // What follows is asked for only where something else makes it matter.
  /** Connectivity probes of the machine config, where connectivity is missing. */
  probes: Part<{ name: string; success: boolean; error: string }[]>;
  /** Volumes, where the node does not run. */
  volumes: Part<{ name: string; phase: string; error: string }[]>;
  /** Addresses by link, where there is a tunnel. */
  addresses: Part<{ link: string; address: string }[]>;
  /** Destinations that leave through the tunnel. */
  tunnelRoutes: Part<string[]>;
  /** Addresses that the kubelet gives its node. */
  nodeIps: Part<string[]>;
  /** What time it was on the node when it last measured itself, at most 30 s ago; asked of nodes that boot, or where a service crashed. */
  clock: Part<number>;
  /** Lines of the logs that causes are looked for in. */
  log: { source: string; text: string }[];
}

/** Every part of an observation beside the version, in one and the same state. */
const everyPart = (part: Part<never>) => ({
  extensions: part,
  schematic: part,
  services: part,
  serviceConfigs: part,
  wantedModules: part,
  modules: part,
  machine: part,
  kubernetes: part,
  network: part,
  timeSynced: part,
  bootId: part,
  tunnelUp: part,
  ipv6Forwarding: part,
  diagnostics: part,
  probes: part,
  volumes: part,
  addresses: part,
  tunnelRoutes: part,
  nodeIps: part,
  clock: part,
});

/** An observation in which nothing is known, for one and the same reason. */
export function unreachable(address: string, at: number, reason: string): Observation {
  const part = unknown(reason);
  return { address, at, version: part, ...everyPart(part), log: [] };
}
