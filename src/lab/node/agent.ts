import type { ServiceSpec } from "../../talos/service-spec.ts";

/** How a process of a service ended. `lastLog` is the last line it wrote. */
export interface Exit {
  code: number;
  lastLog: string;
}

/** A started process. */
export interface Task {
  pid: number;
  exited: Promise<Exit>;
  stop(): void;
}

/** What a service is started with beside its own spec: the ExtensionServiceConfig document of its name. */
export interface ServiceConfig {
  name: string;
  environment: string[];
  configFiles: { content: string; mountPath: string }[];
}

/** Why a service could not even be started, and the stage in which that came out. */
export class StartFailure extends Error {
  readonly stage: "pre" | "runner" | "open" | "task";
  constructor(stage: StartFailure["stage"], message: string) {
    super(message);
    this.stage = stage;
  }
}

export interface NetworkFlags {
  address: boolean;
  connectivity: boolean;
  hostname: boolean;
  etcFiles: boolean;
}

/** Something of a machine that Talos publishes as it finds it: an address, a route, a volume, a probe. `spec` has Talos' own field names. */
export interface MachineFact {
  namespace: string;
  /** Full name of the resource type. */
  type: string;
  id: string;
  spec: object;
}

/**
 * The machine under a node: dumb hands that do as told and say what is. In the lab it is a program in the guest; for a
 * simulated node it is a description of a machine. No service state exists that an answer of the agent did not cause.
 */
export interface Agent {
  /** Starts the process of a service. Throws StartFailure. */
  start(service: ServiceSpec, config: ServiceConfig | undefined): Promise<Task>;
  pathExists(path: string): Promise<boolean>;
  /** Loads a kernel module with its dependencies; throws with the kernel's or the tool's words. */
  loadModule(name: string, parameters: readonly string[]): Promise<void>;
  /** Modules that are live now, with what each depends on. */
  modules(): Promise<{ name: string; state: "live" | "built-in"; dependsOn: string[] }[]>;
  network(): Promise<NetworkFlags>;
  timeSynced(): Promise<boolean>;
  /** Links that exist, by name. */
  links(): Promise<string[]>;
  kernelParameter(name: string): Promise<string>;
  /** Whether the kubelet on this machine has posted that its node is ready. */
  kubernetesReady(): Promise<boolean>;
  /** What else the machine has, as Talos publishes it. */
  facts?(): Promise<MachineFact[]>;
  /** Lines of the kernel's log. */
  kernelLog?(): Promise<string[]>;
  /** What keeps a service of Talos itself waiting, in Talos' words; undefined where nothing does. */
  blockedBy?(service: string): Promise<string | undefined>;
  /** Whether etcd of this control plane knows its cluster. */
  bootstrapped?(): Promise<boolean>;
}
