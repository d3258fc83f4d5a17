import type { SecretReference, ServiceSetting } from "../roles/model.ts";
import { formationQuirks } from "../talos/quirks.ts";
import { documentPatches } from "./document-form.ts";
import type { MachinePatches, MachineRequest, SecretUse } from "./model.ts";
import { nodeSettings } from "./node-settings.ts";
import { unansweredServices } from "./role-services.ts";
import { serviceDocument } from "./service-document.ts";
import { v1alpha1Patches } from "./v1alpha1-form.ts";

/**
 * The patches that satisfy a role's contract, for a node or for any node of the role: `machine` and `cluster` for Talos up to 1.13, documents
 * from 1.14 on, never the two for the same setting. Applied in order they give the same config however often they are applied. Pure.
 */
export function machinePatches(request: MachineRequest): MachinePatches {
  const { file, node, contract, append = false } = request;
  const settings = nodeSettings(request);
  const quirks = formationQuirks(file.cluster.talos) ?? {
    settingsAreDocuments: false,
    registriesAreDocuments: false,
  };
  const asDocuments = request.asDocuments ?? quirks.settingsAreDocuments;
  const isControlPlane = node?.controlPlane ?? request.controlPlane ?? false;
  const services = Object.entries(settings.services).map(([name, service]) =>
    documentOf(name, service, request.secretOf),
  );
  return {
    patches: asDocuments
      ? documentPatches({ settings, services, isControlPlane, append })
      : v1alpha1Patches({ settings, services, quirks, append }),
    manifests: asDocuments && isControlPlane ? [] : settings.manifests,
    secrets: request.secretOf ? [] : secretsOf(settings.services),
    unanswered: unansweredServices(contract, settings.services),
  };
}

function documentOf(
  name: string,
  { environment, files }: ServiceSetting,
  secretOf: MachineRequest["secretOf"],
): object {
  const filled = (value: string | SecretReference): string | SecretReference =>
    typeof value === "string" || !secretOf ? value : secretOf(value);
  return serviceDocument(name, {
    environment: Object.entries(environment).map(([variable, written]) => {
      const value = filled(written);
      return typeof value === "string" ? `${variable}=${value}` : { [variable]: value };
    }),
    configFiles: files.map(({ mountPath, content }) => ({ mountPath, content: filled(content) })),
  });
}

function secretsOf(services: Record<string, ServiceSetting>): SecretUse[] {
  return Object.entries(services).flatMap(([service, { environment, files }]) =>
    [
      ...Object.entries(environment).map(([use, secret]) => ({ service, use, secret })),
      ...files.map(({ mountPath, content }) => ({ service, use: mountPath, secret: content })),
    ].flatMap(({ secret, ...use }) => (typeof secret === "string" ? [] : [{ ...use, secret }])),
  );
}
