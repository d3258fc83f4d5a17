import { no, unknown } from "../roles/answer.ts";
import type { Effects } from "./rule.ts";

/** Talos waits this long for services at boot before it reboots (constants.BootTimeout). */
const bootLimitMinutes = 70;

/** A service never starts: boot does not complete, Kubernetes does not care, and what the service is for does not work. */
export const hangs = (service: string, waiting: string): Effects => {
  const reason = `ext-${service} waits for ${waiting}; after ${bootLimitMinutes} minutes Talos gives up and reboots, every time`;
  return { bootCompletes: no(reason), roleFunctional: no(`ext-${service} does not run`) };
};

/** Talos refuses the config: the node never gets it. */
export const rejected = (reason: string): Effects => {
  const answer = no(`Talos refuses this config: ${reason}`);
  return { kubernetesReady: answer, bootCompletes: answer, roleFunctional: answer };
};

/** Neither the kubelet nor the boot gets anywhere. */
export const neverReady = (reason: string): Effects => ({
  kubernetesReady: no(reason),
  bootCompletes: no(reason),
  roleFunctional: no(reason),
});

/** The node forms, but what it is for does not work. */
export const impaired = (reason: string): Effects => ({ roleFunctional: no(reason) });
export const doubtful = (reason: string): Effects => ({ roleFunctional: unknown(reason) });

/** Whether a service starts cannot be told. */
export const mayHang = (service: string, reason: string): Effects => {
  const text = `ext-${service}: ${reason}`;
  return { bootCompletes: unknown(text), roleFunctional: unknown(text) };
};
