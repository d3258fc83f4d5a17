import { documentsText } from "./yaml.ts";

export interface ServiceSettings {
  /** `NAME=value`, or a secret's name in place of its value: `{NAME: {env: …}}`, which Talos refuses until it is filled in. */
  environment?: readonly (string | Record<string, unknown>)[];
  configFiles?: readonly { mountPath: string; content: unknown }[];
}

/** An ExtensionServiceConfig document as data; `service` is the name in the service spec. */
export const serviceDocument = (
  service: string,
  { environment = [], configFiles = [] }: ServiceSettings,
): object => ({
  apiVersion: "v1alpha1",
  kind: "ExtensionServiceConfig",
  name: service,
  ...(configFiles.length > 0 ? { configFiles } : {}),
  ...(environment.length > 0 ? { environment } : {}),
});

export const serviceDocumentText = (service: string, settings: ServiceSettings): string =>
  documentsText([serviceDocument(service, settings)]);
