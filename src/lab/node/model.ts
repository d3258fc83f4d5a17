import type { ServiceSpec } from "../../talos/service-spec.ts";
import type { Agent, ServiceConfig } from "./agent.ts";
import type { Clock } from "./clock.ts";

export interface NodeExtension {
  name: string;
  version: string;
  author: string;
  description: string;
  services: ServiceSpec[];
}

/** What a node boots: the extensions of its image, in layer order. */
export interface NodeImage {
  talosVersion: string;
  kernelRelease: string;
  extensions: NodeExtension[];
  /** Lines that Talos logs about files of the image it had to skip. */
  complaints: string[];
}

/** What of its machine config a node acts on. */
export interface NodeConfig {
  controlPlane: boolean;
  modules: { name: string; parameters: string[] }[];
  serviceConfigs: ServiceConfig[];
  labels: Record<string, string>;
  /** A file that `machine.files` wants where Talos lets none be made: the boot stops before its services. */
  forbiddenFile?: string;
  /** Addresses of the members that discovery knows; none where it is off. */
  members?: readonly { name: string; address: string; controlPlane: boolean }[];
}

/** Where Talos versions differ in what a node shows. */
export interface NodeFeatures {
  /** Before 1.14 a finished service counts as up for those that wait for it. */
  finishedCountsAsUp: boolean;
  /** From 1.14 built-in and dynamic modules are one resource type; before, 1.11 and later list the dynamic ones. */
  moduleResource: "KernelModuleStatuses" | "LoadedKernelModules" | "none";
}

export interface NodeOptions {
  name: string;
  address: string;
  arch: "arm64" | "amd64";
  /** `metal`, `cloud`, or `container` (Docker), where configuration never resolves. */
  mode: string;
  image: NodeImage;
  /** What the boot loader goes back to when a boot fails while an upgrade is still on probation. */
  fallback?: NodeImage;
  config: NodeConfig;
  features: NodeFeatures;
  /** The machine for one boot of one image. */
  machine(image: NodeImage): Agent;
  clock: Clock;
  /** Milliseconds; Talos' own 70 minutes where absent. */
  bootLimitMs?: number;
}
