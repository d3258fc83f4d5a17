import type { ServiceContract } from "../talos/contract.ts";
import { moduleName } from "../talos/config/modules.ts";
import { nearest } from "../roles/nearest.ts";
import { producerOf } from "./known-paths.ts";
import { documentOf, type Subject, serviceOf } from "./subject.ts";
import type { ServiceDocument } from "../talos/config/service-documents.ts";

/** Services that wait for a document of their name, and for which no document is surely there. */
export const unconfigured = (subject: Subject): ServiceContract[] =>
  subject.contract.services.filter(
    ({ name, waitsFor }) => waitsFor.configuration && !documentOf(subject, name),
  );

/** Services that wait for a document on a node that can never hand them one: Talos in a container. */
export const unconfigurable = ({ profile, contract }: Subject): ServiceContract[] =>
  profile.platform === "container" ? contract.services.filter(({ waitsFor }) => waitsFor.configuration) : [];

/** A document that was surely meant for a service of the image, and carries another name. */
export interface Misnamed {
  document: ServiceDocument;
  service: ServiceContract;
}

/** The document meant for a service: it has an `ext-` prefix, the extension's name, or a slip of the pen in it. */
export function misnamedDocuments(subject: Subject): Misnamed[] {
  const services = subject.contract.services.filter(({ name }) => !documentOf(subject, name));
  return subject.serviceDocuments.flatMap((document) => {
    if (document.maybe || serviceOf(subject, document.name)) return [];
    const service = services.find((one) => isMeantFor(document.name, one));
    return service ? [{ document, service }] : [];
  });
}

/** Whether a document of this name was surely meant for this service. */
export function isMeantFor(
  written: string,
  { name: service, extension }: Pick<ServiceContract, "name" | "extension">,
): boolean {
  const bare = written
    .replace(/^ext-/, "")
    .replace(/^siderolabs\//, "")
    .toLowerCase();
  return bare === service || bare === extension || nearest(bare, [service]).length > 0;
}

/** A kernel module that must be loaded before a path appears that a service waits for. */
export interface NeededModule {
  service: ServiceContract;
  path: string;
  module: string;
  hardware: string | undefined;
}

export const neededModules = ({ contract }: Subject): NeededModule[] =>
  contract.services.flatMap((service) =>
    service.waitsFor.paths.flatMap((path) => {
      const producer = producerOf(path);
      return producer.by === "module"
        ? [{ service, path, module: producer.module, hardware: producer.hardware }]
        : [];
    }),
  );

/** How the config treats a module: surely loaded, perhaps, or not. */
export function loading({ modules }: Subject, module: string): "yes" | "maybe" | "no" {
  const found = modules.filter(({ name }) => name === moduleName(module));
  if (found.some(({ maybe }) => !maybe)) return "yes";
  return found.length > 0 ? "maybe" : "no";
}

/** Whether the image has a module; undefined where an extension of unknown contents may have it. */
export function imageHas(
  { contract, unknownExtensions, image }: Subject,
  module: string,
): boolean | undefined {
  if (contract.modules.some(({ name }) => moduleName(name) === moduleName(module))) return true;
  return unknownExtensions.length > 0 || !image.extensions ? undefined : false;
}
