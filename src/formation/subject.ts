import type { Contract, ServiceContract } from "../talos/contract.ts";
import { emptyContract, sumContracts } from "../talos/contract.ts";
import type { ConfigDocument } from "../talos/config/document.ts";
import { type ConfiguredModule, modulesOf } from "../talos/config/modules.ts";
import { type ServiceDocument, serviceDocuments } from "../talos/config/service-documents.ts";
import { type FormationQuirks, formationQuirks } from "../talos/quirks.ts";
import type { NodeConfig } from "../roles/import/repository.ts";
import type { RolesFile } from "../roles/model.ts";
import type { ImageExtension, ImageFacts, Profile } from "./model.ts";

/** A profile with what rules ask of it, worked out once. */
export interface Subject {
  profile: Profile;
  roles: RolesFile | undefined;
  image: ImageFacts;
  config: NodeConfig;
  documents: readonly ConfigDocument[];
  /** Undefined where the Talos version is not known. */
  quirks: FormationQuirks | undefined;
  /** Empty where the list is not known: `image.extensions` tells the two apart. */
  extensions: readonly ImageExtension[];
  /** Sum of the contracts that are known. */
  contract: Contract;
  /** Extensions in the image of which no contract is known. */
  unknownExtensions: readonly string[];
  /** Kernel modules that the config loads. */
  modules: readonly ConfiguredModule[];
  serviceDocuments: readonly ServiceDocument[];
  /** Why a document that is not seen may still be there; empty where everything is seen. */
  blindSpots: readonly string[];
}

export function subjectOf(profile: Profile, roles: RolesFile | undefined): Subject {
  const { config, image } = profile;
  const extensions = image.extensions ?? [];
  return {
    profile,
    roles,
    image,
    config,
    documents: config.documents,
    quirks: formationQuirks(profile.talos ?? image.talos),
    extensions,
    contract: sumContracts(extensions.map(({ contract }) => contract ?? emptyContract())),
    unknownExtensions: extensions.filter(({ contract }) => !contract).map(({ name }) => name),
    modules: modulesOf(config.documents),
    serviceDocuments: serviceDocuments(config.documents),
    blindSpots: blindSpotsOf(config),
  };
}

function blindSpotsOf({ documents, hidden }: NodeConfig): string[] {
  const own = documents.flatMap(({ kind, open, at }) => {
    if (kind === undefined)
      return [`a document in ${at.file} (line ${at.line}) is encrypted or templated as a whole`];
    return open ? [`a template inserts content into ${at.file}`] : [];
  });
  return [...new Set([...hidden, ...own])];
}

/** The service that an image has by this name. */
export const serviceOf = ({ contract }: Subject, name: string): ServiceContract | undefined =>
  contract.services.find((service) => service.name === name);

/** The document of a service that is surely there. */
export const documentOf = ({ serviceDocuments }: Subject, name: string): ServiceDocument | undefined =>
  serviceDocuments.find((document) => document.name === name && !document.maybe);

export const maybeDocumentOf = ({ serviceDocuments }: Subject, name: string): ServiceDocument | undefined =>
  serviceDocuments.find((document) => document.name === name && document.maybe);
