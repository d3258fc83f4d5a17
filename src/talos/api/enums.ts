// Values of the enumerations that travel as int32. Source: the published protocol definitions of Talos and COSI.

export const machineStages = [
  "unknown",
  "booting",
  "installing",
  "maintenance",
  "running",
  "rebooting",
  "shutting down",
  "resetting",
  "upgrading",
] as const;
export type MachineStage = (typeof machineStages)[number];

/** The text of a stage number; a number we do not know is `unknown`. */
export const machineStage = (value: number): MachineStage => machineStages[value] ?? "unknown";

export const serviceActions = [
  "Initialized",
  "Preparing",
  "Waiting",
  "Running",
  "Stopping",
  "Finished",
  "Failed",
  "Skipped",
  "Starting",
] as const;
export type ServiceState = (typeof serviceActions)[number];

export const SequenceAction = { noop: 0, start: 1, stop: 2 } as const;
export const StepAction = { start: 0, stop: 1 } as const;
export const ErrorCode = { fatal: 0, locked: 1, canceled: 2 } as const;
export const WatchEventType = {
  created: 0,
  updated: 1,
  destroyed: 2,
  bootstrapped: 3,
  errored: 4,
  noop: 5,
} as const;
