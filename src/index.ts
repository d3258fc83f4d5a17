// The library's door: what a program needs to do what the command line does.
export { type ErrorCode, exitStatusByCode, isRolesError, RolesError } from "./errors.ts";
export { type Emit, type RolesEvent, silent } from "./events.ts";

export { loadRoles } from "./roles/load.ts";
export type { Role, RolesFile } from "./roles/model.ts";
export type { Diagnostic } from "./roles/diagnostic.ts";
export { rolesJsonSchema } from "./roles/json-schema.ts";

export { createRegistryClient, type RegistryClient } from "./oci/client.ts";
export { parseMirror } from "./oci/endpoint.ts";
export type { ImageSource } from "./oci/source.ts";

export type { Contract } from "./talos/contract.ts";
export type { Lock } from "./catalog/lock-model.ts";
export { makeLock } from "./catalog/make-lock.ts";
export { openLock, writeLock } from "./catalog/lock-file.ts";

export { judge } from "./formation/judge.ts";
export type { Formation, FormationInput, Prediction } from "./formation/model.ts";
export { rules } from "./formation/rules.ts";

export { inspectTarget } from "./inspect/target.ts";
export type { Inspection } from "./inspect/inspection.ts";
