import { extensionKey } from "../catalog/extension-name.ts";
import type { Role, RolesFile } from "../roles/model.ts";
import type { Manifest } from "./model.ts";

/** Label of nodes that have spin, written where some have not. */
export const spinLabel = { "talos-roles/spin": "true" } as const;

export const hasSpin = ({ extensions }: Role): boolean =>
  extensions.some((extension) => /^(?:.*\/)?spin(?:[:@].*)?$/.test(extensionKey(extension)));

/** Whether some role has no spin: then pods must be kept from its nodes, where containerd knows no such handler. */
export const spinIsPartial = ({ roles }: RolesFile): boolean => roles.some((role) => !hasSpin(role));

/** Class and handler as the extension's README.md names them (extensions: container-runtime/spin). */
export const spinRuntimeClass = (file: RolesFile): Manifest => ({
  name: "runtimeclass-wasmtime-spin-v2",
  object: {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "wasmtime-spin-v2" },
    handler: "spin",
    ...(spinIsPartial(file) ? { scheduling: { nodeSelector: { ...spinLabel } } } : {}),
  },
});
